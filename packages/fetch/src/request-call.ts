import type { Dispatcher } from 'undici'
import { REQUESTED, type Reading, type RequestAnswer } from './answer.ts'
import type { CallOptions } from './call-options.ts'
import { PolicedCall } from './policed-call.ts'
import type { Surroundings } from './surroundings.ts'
import type { Target } from './target.ts'

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
    target: Target,
    options: CallOptions,
  ) {
    super(around, target, options)
    this.#below = below
    this.#url = url
    this.#options = given
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

  protected override send(): Promise<RequestAnswer> {
    const { url, method } = this.target
    if (url === undefined || !isUsual(this.#url, this.#options)) {
      return this.#below.request(this.#url, { ...this.#options, dispatcher: this })
    }
    const { origin, pathname, search } = url
    const options = { ...this.#options, origin, path: pathname + search, method }
    return this.#below.dispatched(this, options)
  }
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
