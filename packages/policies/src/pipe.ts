import { contextOf, type Call, type CallContext, type Policy } from './policy.ts'

/**
 * One policy out of several. The first is the outermost: `pipe(deadline, retry, breaker, timeout)` bounds all attempts
 * together, asks the breaker before each, and times each. Without policies it only calls.
 */
export function pipe(...policies: readonly Policy[]): Policy {
  return {
    run: <T>(call: Call<T>, context?: Partial<CallContext>): Promise<T> => {
      try {
        return runFrom(policies, 0, call, contextOf(context))
      } catch (error) {
        // Not an async function, which would cost every call in flight a frame: what is thrown must still reject.
        return Promise.reject(error)
      }
    },
  }
}

function runFrom<T>(
  policies: readonly Policy[],
  index: number,
  call: Call<T>,
  context: CallContext,
): Promise<T> {
  const policy = policies[index]
  if (policy === undefined) return call(context)
  return policy.run((inner) => runFrom(policies, index + 1, call, inner), context)
}
