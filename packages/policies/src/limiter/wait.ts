import type { Clock } from '../clock.ts'
import { PlimsollError } from '../error.ts'
import type { Line, Place } from './line.ts'
import type { RateReports } from './reports.ts'
import type { Acquired, Terms } from './request.ts'

/** What the ways to wait have of their limiter. */
export interface Desk {
  readonly clock: Clock
  readonly reports: RateReports
  /** What the limiter guards, for messages. */
  readonly what: string
}

/** A wait that is about to begin. */
export interface Wait {
  readonly terms: Terms
  readonly startMs: number
  readonly delayMs: number
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
}

/** Records that a request is refused, and returns why. */
export function refusal(desk: Desk, wait: Wait, delayMs: number): PlimsollError {
  const { terms, startMs } = wait
  const waitedMs = Math.max(0, desk.clock.now() - startMs)
  desk.reports.decision(terms.probe ? 'head_skipped' : 'blocked', terms, delayMs, waitedMs)
  const needs = `the rate limit of ${desk.what} needs a wait of ${Math.ceil(delayMs)} ms`
  if (waitedMs + delayMs <= terms.maxDelayMs && delayMs !== Infinity) {
    const message = `${needs}, which ends after the deadline of the call`
    return new PlimsollError('ERR_PLIMSOLL_DEADLINE', message, { retryAfterMs: delayMs })
  }
  const message = `${needs}, more than the ${terms.maxDelayMs} ms allowed`
  return new PlimsollError('ERR_PLIMSOLL_RATE_LIMITED', message, { retryAfterMs: delayMs })
}

/** Whether a wait of `delayMs` is one that the terms and the deadline allow. */
export function allowed({ terms, startMs, deadlineMs, delayMs }: Wait): boolean {
  if (delayMs > terms.maxDelayMs) return false
  return deadlineMs === Infinity || startMs + delayMs < deadlineMs
}

/** Waits in the line; gives the place up as soon as the signal aborts. */
export function waitInLine(desk: Desk, line: Line, wait: Wait): Promise<Acquired> {
  const { clock, reports } = desk
  const { terms, startMs, delayMs, deadlineMs, signal } = wait
  return new Promise<Acquired>((resolve, reject) => {
    const end = (): number => {
      signal?.removeEventListener('abort', onAbort)
      reports.queue(terms, -1)
      return clock.now() - startMs
    }
    const place: Place = {
      costMs: terms.costMs,
      promisedMs: undefined,
      latestMs: Math.min(startMs + terms.maxDelayMs, deadlineMs),
      called: () => {
        const waitedMs = end()
        reports.decision('acquired', terms, delayMs, waitedMs)
        resolve({ delayMs, waitedMs })
      },
      putOff: (longerMs) => {
        end()
        reject(refusal(desk, wait, longerMs))
      },
      slot: undefined,
      ahead: undefined,
      behind: undefined,
    }
    const onAbort = (): void => {
      line.leave(place, clock.now())
      reports.decision('canceled', terms, delayMs, end())
      reject(signal?.reason as Error)
    }
    reports.queue(terms, 1)
    signal?.addEventListener('abort', onAbort, { once: true })
    line.wait(place, startMs)
  })
}
