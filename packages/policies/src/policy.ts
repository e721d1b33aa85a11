import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { Subject } from './record.ts'
import { guarded, processRecorder, type Recorder } from './recorder.ts'

/** What a policy hands to the call below it. */
export interface CallContext {
  /** Aborts when the caller gives up or a policy above cancels; the call should obey it. */
  readonly signal: AbortSignal | undefined
  /** When the work has to be done, in milliseconds on the policy's monotonic clock; `Infinity` for never. */
  readonly deadlineMs: number
  /** Ordinal of the attempt: 0 for the first. */
  readonly attempt: number
}

/** The work that a policy guards. */
export type Call<T> = (context: CallContext) => Promise<T>

/** A function around a call. */
export interface Policy {
  /**
   * Runs `call` under the policy. `context` is what the caller has: a signal, a deadline on the policy's clock.
   * Settles within one tick of the signal's abort, with the signal's reason, even when the call ignores its signal.
   */
  run<T>(call: Call<T>, context?: Partial<CallContext>): Promise<T>
}

/** What a call came to. */
export type Outcome<T = unknown> = { readonly value: T } | { readonly error: unknown }

/** Options that every policy has. */
export interface PolicyOptions {
  /** Name under which a policy that is used alone reports itself: the source of its subject. */
  name?: string | undefined
  /** What the policy guards, in full; instead of `name`. */
  subject?: Subject | undefined
  /** Who hears the records. @default the one of the process, see `installRecorder` */
  recorder?: Recorder | undefined
  /** @default systemClock */
  clock?: Clock | undefined
  /** Numbers from 0 to 1 for jitter; give a seeded one to repeat a run. @default Math.random */
  random?: (() => number) | undefined
}

/** {@link PolicyOptions} with nothing left open. */
export interface Surroundings {
  readonly subject: Subject
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: () => number
}

/** Fills in what the options leave open. */
export function surroundingsOf(options: PolicyOptions): Surroundings {
  const { name, subject, recorder, clock = systemClock, random = Math.random } = options
  return {
    subject: Object.freeze({ ...(subject ?? (name === undefined ? {} : { source: name })) }),
    recorder: recorder === undefined ? processRecorder : guarded(recorder),
    clock,
    random,
  }
}

const ROOT: CallContext = Object.freeze({ signal: undefined, deadlineMs: Infinity, attempt: 0 })

/** `context` with nothing left open. */
export function contextOf(context: Partial<CallContext> | undefined): CallContext {
  if (context === undefined) return ROOT
  if (isWhole(context)) return context
  const { signal, deadlineMs = Infinity, attempt = 0 } = context
  return { signal, deadlineMs, attempt }
}

/** What a policy above hands down is whole, and need not be made again for each call in flight. */
function isWhole(context: Partial<CallContext>): context is CallContext {
  return 'signal' in context && context.deadlineMs !== undefined && context.attempt !== undefined
}
