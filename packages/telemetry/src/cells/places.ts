import type { Attributes } from '@opentelemetry/api'
import type { CollectedScope, MetricDescriptor } from './collected.ts'
import type { Shape } from './shape.ts'

/** The numbers of a cell: plain, or a piece of memory that another thread can read. */
export type Slots = number[] | Float64Array

/** Where a series keeps what changes. */
export interface Place {
  /** Milliseconds since the epoch at which the series began. */
  startMs: number
  /** Whether the next collection reports it: always, but for what a callback no longer observes. */
  live: boolean
  readonly slots: Slots
}

/** What one metric is, apart from its series. */
export interface MetricIdentity {
  readonly scope: CollectedScope['scope']
  readonly descriptor: MetricDescriptor
  readonly shape: Shape
}

/** Makes room for one more series, which begins with the numbers of `initial`. */
export type Allot = (
  labels: Readonly<Attributes>,
  startMs: number,
  initial: readonly number[],
) => Place

/** Where the series of each metric are kept. */
export type Places = (metric: MetricIdentity) => Allot

/** Memory of this thread alone. */
export const plainPlaces: Places = () => (_labels, startMs, initial) => ({
  startMs,
  live: true,
  slots: [...initial],
})
