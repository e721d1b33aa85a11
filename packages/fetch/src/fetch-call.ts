import type { Dispatcher } from 'undici'
import { FETCHED, type Reading } from './answer.ts'
import type { CallOptions } from './call-options.ts'
import { readOwnLength } from './dispatch/own-length.ts'
import { POLICED } from './dispatch/policed.ts'
import { noted } from './own-body.ts'
import type { AnyFetch } from './platform.ts'
import { PolicedCall } from './policed-call.ts'
import type { Surroundings } from './surroundings.ts'
import type { PolicedTarget } from './lazy-url.ts'
import { initMembers } from './target.ts'

/** A call of `fetch`. The platform does all that fetch is; each of its requests comes down to `dispatch`. */
export class FetchCall extends PolicedCall<Response> {
  protected readonly reading: Reading<Response> = FETCHED
  readonly #below: AnyFetch
  readonly #input: unknown
  readonly #given: object | undefined
  #init: { readonly body?: unknown } | undefined = undefined

  constructor(
    around: Surroundings,
    below: AnyFetch,
    input: unknown,
    given: object | undefined,
    target: PolicedTarget,
    options: CallOptions,
  ) {
    super(around, target, options)
    this.#below = below
    // The program may change its own URL while the call is under way, and a retry would ask for another place.
    this.#input = input instanceof URL ? input.href : input
    this.#given = given
  }

  override get body(): unknown {
    return this.#init?.body ?? (this.#input as { readonly body?: unknown } | null | undefined)?.body
  }

  protected override send(): Promise<Response> {
    this.#init ??= this.#initWithDispatcher()
    return this.#below(this.#input, this.#init)
  }

  override dispatch(
    options: Dispatcher.DispatchOptions & { allowH2?: boolean },
    handler: object,
  ): boolean {
    // The platform's fetch cannot speak HTTP/2 through a dispatcher that is not its own.
    options.allowH2 = false
    readOwnLength(options, handler)
    return super.dispatch(options, handler)
  }

  #initWithDispatcher(): object {
    if (this.#given === undefined) return { dispatcher: this }
    const init = initMembers(this.#given)
    this.base = init['dispatcher'] as Dispatcher | undefined
    init['dispatcher'] = this
    if (init['body'] !== undefined) init['body'] = noted(init['body'])
    return init
  }
}

// On the prototype, where it costs nothing.
Object.assign(FetchCall.prototype, POLICED)
