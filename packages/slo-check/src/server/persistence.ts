import type { Clock } from '../clock.ts'

/** What one try came to. */
export type Try<Value> =
  | { readonly state: 'done'; readonly value: Value }
  /** `again`: another try may end better; after `waitMs` at the earliest, where the server said so. */
  | {
      readonly state: 'failed'
      readonly again: boolean
      readonly waitMs: number | null
      readonly error: (tries: number) => Error
    }

export interface Persistence {
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  /** No wait is longer, and no try begins after twice this time. */
  readonly timeoutMs: number
  /** Ends a wait. */
  readonly signal: AbortSignal
}

const MAX_TRIES = 4
const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 4000

/** Tries until it is done, or another try is of no use. Waits grow, and differ from those of others. */
export async function persistently<Value>(
  { clock, random, timeoutMs, signal }: Persistence,
  attempt: () => Promise<Try<Value>>,
): Promise<Value> {
  const begun = clock.now()
  for (let tries = 1; ; tries += 1) {
    const result = await attempt()
    if (result.state === 'done') return result.value
    const ceiling = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), MAX_WAIT_MS)
    const waitMs = result.waitMs ?? ceiling * (0.5 + random() / 2)
    const late = clock.now() + waitMs > begun + 2 * timeoutMs
    if (!result.again || tries === MAX_TRIES || waitMs > timeoutMs || late)
      throw result.error(tries)
    await clock.sleep(waitMs, signal)
  }
}

/** `Retry-After` in milliseconds from now: seconds, or a date; null when there is none that can be read. RFC 9110, 10.2.3. */
export function retryAfterMs(header: string | undefined, clock: Clock): number | null {
  if (header === undefined) return null
  if (/^\d+$/u.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - clock.epoch())
}
