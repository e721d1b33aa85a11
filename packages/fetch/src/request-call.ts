import type { Dispatcher } from 'undici'
import { REQUESTED, type Reading, type RequestAnswer } from './answer.ts'
import type { CallOptions } from './call-options.ts'
import { noted } from './own-body.ts'
import { PolicedCall } from './policed-call.ts'
import type { Surroundings } from './surroundings.ts'
import type { PolicedTarget } from './lazy-url.ts'

/** undici's `request`, and the method of a dispatcher that it comes to. */
export interface RequestBelow {
  readonly request: (url: unknown, options: object) => Promise<RequestAnswer>
  readonly dispatched: (call: object, options: object) => Promise<RequestAnswer>
}

export interface RequestOptions {
  readonly [name: string]: unknown
}

/** A call of `request`. */
export class RequestCall extends PolicedCall<RequestAnswer> {
  protected readonly reading: Reading<RequestAnswer> = REQUESTED
  readonly #below: RequestBelow
  readonly #url: unknown
  readonly #options: RequestOptions

  constructor(
    around: Surroundings,
    below: RequestBelow,
    url: unknown,
    given: RequestOptions,
    target: PolicedTarget,
    options: CallOptions,
  ) {
    super(around, target, options)
    this.#below = below
    this.#url = url
    const body = noted(given['body'])
    this.#options = body === given['body'] ? given : { ...given, body }
    this.base = given['dispatcher'] as Dispatcher | undefined
  }

  override run(): Promise<RequestAnswer> {
    const { signal } = this
    if (signal === undefined || signal.aborted) return super.run()
    // undici notices an abort only when the connection stands, which may never be.
    signal.addEventListener('abort', this)
    return super.run().finally(() => signal.removeEventListener('abort', this))
  }

  handleEvent(): void {
    this.exchange?.abandon()
  }

  override get body(): unknown {
    return this.#options['body']
  }

  protected override send(): Promise<RequestAnswer> {
    const { target, origin } = this
    const { method } = target
    const path = isUsual(this.#url, this.#options) ? pathOf(target) : undefined
    if (path === undefined || origin === undefined) {
      return this.#below.request(this.#url, { ...this.#options, dispatcher: this })
    }
    const options = { ...this.#options, origin, path, method }
    return this.#below.dispatched(this, options)
  }
}

// Neither a dot at the head of a segment, which may be `..`, nor what a URL escapes, nor a fragment.
const PLAIN_PATH = /^(?:\/(?!\.)[\w~!$&()*+,;=:@.-]*)+(?:\?[\w~!$&()*+,;=:@./?-]+)?$/u

/** Path and query as they are sent. A text that no URL would change is not read as one. */
function pathOf(target: PolicedTarget): string | undefined {
  const { asked, origin } = target
  if (typeof asked === 'string' && origin !== undefined) {
    const rest = asked.slice(origin.length)
    if (PLAIN_PATH.test(rest)) return rest
  }
  const { url } = target
  return url === undefined ? undefined : url.pathname + url.search
}

/** What undici reads in another way, or refuses, it is to be given as it came. */
function isUsual(url: unknown, options: RequestOptions): boolean {
  const { path, query, agent, method } = options
  return (
    (typeof url === 'string' || url instanceof URL) &&
    path === undefined &&
    query === undefined &&
    agent === undefined &&
    (method === undefined || typeof method === 'string')
  )
}
