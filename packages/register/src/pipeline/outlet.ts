import type { LossReason, Signal } from '@plimsoll/semconv'

/** One OTLP request, serialised. */
export interface Request {
  readonly signal: Signal
  readonly body: Uint8Array
  /** Data points, spans or events in it: what is lost when it is. */
  readonly items: number
  /** The last word of this instance: written where at all possible. */
  readonly final: boolean
  /** `service.instance.id` of the thread whose metrics these are, where another writes for it. */
  readonly of?: string
}

/** Where requests go. None of these throws; what cannot be delivered is told to {@link Loss}, at once or when asked. */
export interface Outlet {
  send(request: Request): void
  /** Whether the next regular snapshot of the metrics is wanted; a cumulative one that is left out is not lost. */
  wantsMetrics(): boolean
  /** Tells {@link Loss} what was lost since it was last asked, as far as another thread knows it. */
  countLosses(): void
  /** Blocks until all is delivered or given up, at most `deadlineMs`. More may come, and is then taken. */
  finish(deadlineMs: number): void
}

/** Told what was recorded and could not be delivered. */
export type Loss = (signal: Signal, reason: LossReason, items: number) => void
