import { isPlimsollError } from '../error.ts'
import type { Call, CallContext, Policy } from '../policy.ts'

/** What came of a run: its value, or the code or else the error itself, and how often the function ran. */
export type Exercised<T> =
  | { readonly value: T; readonly calls: number }
  | { readonly error: unknown; readonly calls: number }

/** Runs `call` under `policy` and counts, so that every test says how often the function ran. */
export async function exercise<T>(
  policy: Policy,
  call: Call<T>,
  context?: Partial<CallContext>,
): Promise<Exercised<T>> {
  let calls = 0
  const counted: Call<T> = (inner) => {
    calls++
    return call(inner)
  }
  try {
    const value = await policy.run(counted, context)
    return { value, calls }
  } catch (error) {
    return { error: isPlimsollError(error) ? error.code : error, calls }
  }
}
