import type { TransitionReason } from '@plimsoll/semconv'
import { RollingWindow } from '../window.ts'
import type { BreakerSettings } from './options.ts'

const CALLS = 0
const FAILURES = 1

/** What a breaker has seen of late: the outcomes in its rolling window, and the failures in a row. */
export class Tally {
  #window: RollingWindow
  #inARow = 0

  constructor(windowMs: number) {
    this.#window = new RollingWindow(windowMs, 2)
  }

  success(nowMs: number): void {
    this.#window.add(CALLS, nowMs)
    this.#inARow = 0
  }

  failure(nowMs: number): void {
    this.#window.add(CALLS, nowMs)
    this.#window.add(FAILURES, nowMs)
    this.#inARow++
  }

  calls(nowMs: number): number {
    return this.#window.sum(CALLS, nowMs)
  }

  failures(nowMs: number): number {
    return this.#window.sum(FAILURES, nowMs)
  }

  /** Why a closed breaker of these settings is to open after a failure; undefined: it stays closed. */
  reasonToOpen(settings: BreakerSettings, nowMs: number): TransitionReason | undefined {
    const { consecutiveFailures, minimumCalls, failureRate } = settings
    if (this.#inARow >= consecutiveFailures) return 'consecutive_failures'
    const calls = this.calls(nowMs)
    if (calls < minimumCalls) return undefined
    return this.failures(nowMs) / calls >= failureRate ? 'failure_rate' : undefined
  }

  /** Goes on with a window of another length. */
  resize(windowMs: number, nowMs: number): void {
    this.#window = this.#window.resized(windowMs, nowMs)
  }

  clear(): void {
    this.#window.clear()
    this.#inARow = 0
  }
}
