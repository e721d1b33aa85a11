import type { FallbackOutcome, FallbackReason } from '@plimsoll/semconv'
import { callUntilAborted } from '../abort.ts'
import type { Clock } from '../clock.ts'
import { isPlimsollError, PlimsollError } from '../error.ts'
import type { Call, CallContext } from '../policy.ts'
import { statusOf } from '../status.ts'
import { bounded } from '../timeout/bounded.ts'
import type { Source, SourceReport } from './options.ts'
import { reasonOf } from './reason.ts'

/** What a source came to. */
export interface Answer<T> {
  readonly outcome: FallbackOutcome
  readonly reason: FallbackReason | undefined
  readonly exchange: SourceReport
  /** Present on success alone. */
  readonly value?: T
  readonly error?: unknown
}

/** Asks one source under its breaker and its timeout, or finds that it cannot be asked. Never rejects. */
export function ask<Input, T>(
  source: Source<Input, T>,
  input: Input,
  context: CallContext,
  clock: Clock,
): Promise<Answer<T>> {
  const asking = new Asking(source, input)
  try {
    const skipped = skipReason(source, input, context, clock)
    if (skipped !== undefined) {
      return Promise.resolve({ outcome: 'skipped', reason: skipped, exchange: NOTHING })
    }
    return asking.run(context, clock)
  } catch (error) {
    return Promise.resolve(asking.failed(error, context.signal))
  }
}

function skipReason<Input, T>(
  source: Source<Input, T>,
  input: Input,
  { deadlineMs }: CallContext,
  clock: Clock,
): FallbackReason | undefined {
  if (clock.now() >= deadlineMs) return 'deadline'
  return source.when?.(input) === false ? 'not_tried' : undefined
}

const NOTHING: SourceReport = Object.freeze({})

/** A source that is being asked. */
class Asking<Input, T> {
  readonly #source: Source<Input, T>
  readonly #input: Input
  #exchange = NOTHING

  constructor(source: Source<Input, T>, input: Input) {
    this.#source = source
    this.#input = input
  }

  run(context: CallContext, clock: Clock): Promise<Answer<T>> {
    return inTime(this.#source, context, clock, (inner) => this.#served(inner)).then(
      (tried) => this.#judged(tried),
      (error: unknown) => this.failed(error, context.signal),
    )
  }

  failed(error: unknown, signal: AbortSignal | undefined): Answer<T> {
    const exchange = { ...this.#exchange, status: this.#exchange.status ?? statusOf(error) }
    const { outcome, reason } = failure(error, signal, exchange)
    return { outcome, reason, exchange, error }
  }

  #served(inner: CallContext): Promise<Verified<T>> {
    const { breaker } = this.#source
    const served =
      breaker === undefined
        ? Promise.resolve(this.#call(inner))
        : breaker.run((within) => this.#call(within), inner)
    return served.then((value) => verified(this.#source, value, this.#input))
  }

  #call({ signal, deadlineMs, attempt }: CallContext): Promise<T> {
    const report = (more: SourceReport): void => {
      this.#exchange = { ...this.#exchange, ...more }
    }
    return this.#source.call(this.#input, { signal, deadlineMs, attempt, report })
  }

  #judged(tried: Verified<T>): Answer<T> {
    const exchange = this.#exchange
    if (tried.accepted)
      return { outcome: 'success', reason: undefined, exchange, value: tried.value }
    return { outcome: 'rejected', reason: 'invalid_content', exchange, error: tried.error }
  }
}

type Verified<T> =
  | { readonly accepted: true; readonly value: T }
  | { readonly accepted: false; readonly error: unknown }

/** Mostly the check answers at once, and nothing is waited for. */
function verified<Input, T>(
  source: Source<Input, T>,
  value: T,
  input: Input,
): Verified<T> | Promise<Verified<T>> {
  try {
    const answer = source.accept === undefined || source.accept(value, input)
    return answer === true ? { accepted: true, value } : verifiedLater(answer, value)
  } catch (error) {
    // A check that cannot be made has not been passed.
    return { accepted: false, error }
  }
}

async function verifiedLater<T>(
  answer: boolean | Promise<boolean>,
  value: T,
): Promise<Verified<T>> {
  try {
    return (await answer) ? { accepted: true, value } : { accepted: false, error: undefined }
  } catch (error) {
    return { accepted: false, error }
  }
}

function failure(
  error: unknown,
  signal: AbortSignal | undefined,
  exchange: SourceReport,
): { readonly outcome: FallbackOutcome; readonly reason: FallbackReason } {
  if (signal?.aborted === true) return { outcome: 'failure', reason: 'canceled' }
  const refused =
    isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_RATE_LIMITED')
  // Refused by a policy of the source's own before anything was exchanged: it was not asked.
  const skipped = refused && exchange.status === undefined
  return { outcome: skipped ? 'skipped' : 'failure', reason: reasonOf(error) }
}

function inTime<R>(
  {
    name,
    timeoutMs = Infinity,
  }: { readonly name: string; readonly timeoutMs?: number | undefined },
  context: CallContext,
  clock: Clock,
  call: Call<R>,
): Promise<R> {
  const leftMs = context.deadlineMs - clock.now()
  const limitMs = Math.min(timeoutMs, leftMs)
  if (limitMs === Infinity) return callUntilAborted(call, context, context.signal)
  const expired = (): PlimsollError =>
    timeoutMs <= leftMs
      ? new PlimsollError('ERR_PLIMSOLL_TIMEOUT', `source ${name} took longer than ${timeoutMs} ms`)
      : new PlimsollError('ERR_PLIMSOLL_DEADLINE', 'the deadline of the fallback has passed')
  return bounded({ clock, limitMs, expired }, call, context)
}
