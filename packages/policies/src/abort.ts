import type { Call, CallContext } from './policy.ts'

/**
 * What `call` comes to, or a rejection with the reason of `signal` as soon as that aborts. What it throws it rejects with,
 * and what is no promise becomes one.
 */
export function callUntilAborted<T>(
  call: Call<T>,
  context: CallContext,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return untilAborted(Promise.resolve(call(context)), signal)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * `work`, or a rejection with the reason of `signal` as soon as that aborts, for work that does not heed its signal. What
 * `work` comes to after that is dropped. Leaves no listener behind.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    work.then(
      (value) => {
        signal.removeEventListener('abort', onAbort)
        resolve(value)
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort)
        reject(error)
      },
    )
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
