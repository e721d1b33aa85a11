import { callUntilAborted } from '../abort.ts'
import { startTimer, type Clock } from '../clock.ts'
import type { PlimsollError } from '../error.ts'
import type { Call, CallContext } from '../policy.ts'
import { TimeLimit, type TimeLine } from '../time-line.ts'

export interface Bound {
  readonly clock: Clock
  /** Where limits of one length run together; without it, the limit has a timer of its own. */
  readonly line?: TimeLine
  /** Milliseconds that the call has. */
  readonly limitMs: number
  /** The error of a call that needed longer; a new one each time, for its stack and its cause. */
  readonly expired: () => PlimsollError
}

/**
 * Runs `call` for at most so long: then cancels it through its signal and rejects, whether it heeds the signal or not.
 * The signal that the call gets goes on obeying the caller's after the call is done, for a response's body that still streams.
 */
export function bounded<T>(bound: Bound, call: Call<T>, context: CallContext): Promise<T> {
  try {
    context.signal?.throwIfAborted()
    if (bound.limitMs <= 0) throw bound.expired()
    return new BoundedRun<T>(bound, context).of(call)
  } catch (error) {
    // Not an async function, which would cost every call in flight a frame: what is thrown must still reject.
    return Promise.reject(error)
  }
}

/** One run under a time limit. It listens to no signal of its own making: that costs more than all the rest. */
class BoundedRun<T> extends TimeLimit {
  readonly #bound: Bound
  readonly #caller: CallContext
  readonly #expiry = new AbortController()
  #stop: (() => void) | undefined = undefined
  #reject: ((reason: unknown) => void) | undefined = undefined

  constructor(bound: Bound, caller: CallContext) {
    super()
    this.#bound = bound
    this.#caller = caller
  }

  of(call: Call<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject
      this.#begin()
      this.#work(call).then(
        (value) => {
          this.#over()
          resolve(value)
        },
        (error: unknown) => {
          this.#over()
          reject(error)
        },
      )
    })
  }

  expire(): void {
    const error = this.#bound.expired()
    this.#expiry.abort(error)
    this.#reject?.(error)
  }

  #work(call: Call<T>): Promise<T> {
    const { signal: outer, deadlineMs, attempt } = this.#caller
    const own = this.#expiry.signal
    const signal = outer === undefined ? own : AbortSignal.any([outer, own])
    return callUntilAborted(call, { signal, deadlineMs, attempt }, outer)
  }

  #begin(): void {
    const { clock, line, limitMs } = this.#bound
    if (line === undefined) this.#stop = startTimer(clock, limitMs, () => this.expire())
    else line.begin(this, clock.now() + limitMs)
  }

  #over(): void {
    this.#stop?.()
    this.#bound.line?.end(this)
  }
}
