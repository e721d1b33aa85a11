import type { Comparison } from './calls/compare.ts'
import type { MicroTable } from './micro/run.ts'
import type { ExitFigure } from './process/exit.ts'
import type { StartFigure } from './process/start.ts'
import type { ProfileFigure } from './profile/profile-rows.ts'

/** All that a run has found; the page is written from it alone. */
export interface Report {
  readonly machine: {
    readonly cores: number
    readonly processor: string
    readonly platform: string
    readonly node: string
  }
  readonly turns: number
  readonly measureMs: number
  /** Calls that the origin counted, all rows and warm-ups together: each run of a row was held against it. */
  readonly callsCounted: number
  readonly calls: readonly Comparison[]
  readonly micros: readonly MicroTable[]
  readonly starts: readonly StartFigure[]
  readonly exits: readonly ExitFigure[]
  readonly profiles: readonly ProfileFigure[]
}
