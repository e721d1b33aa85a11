import { parseHttpDate } from './http-date.ts'

/** More than this many seconds is no request to wait; RFC 9111 caps its delta-seconds alike. */
const MAX_SECONDS = 2 ** 31 - 1

/**
 * Milliseconds that a `Retry-After` asks to wait (RFC 9110, section 10.2.3), or undefined when there is none that can be
 * read: delta-seconds are digits and nothing else, so a sign, a fraction, an exponent or an absurd number is no value.
 *
 * A date is taken against the response's own `Date` when it has one, because the server's clock may differ from ours; a
 * date in the past asks for no wait.
 */
export function parseRetryAfter(
  value: string | undefined,
  epochMs: number,
  dateHeader?: string,
): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  if (/^\d+$/u.test(text)) {
    const seconds = Number(text)
    return seconds <= MAX_SECONDS ? seconds * 1_000 : undefined
  }
  const until = parseHttpDate(text, epochMs)
  if (until === undefined) return undefined
  const sent = dateHeader === undefined ? undefined : parseHttpDate(dateHeader.trim(), epochMs)
  const waitMs = Math.max(0, until - (sent ?? epochMs))
  return waitMs <= MAX_SECONDS * 1_000 ? waitMs : undefined
}
