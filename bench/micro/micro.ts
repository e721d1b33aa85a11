/** One thing whose cost is told in nanoseconds. */
export interface Micro {
  readonly name: string
  /** Done once; a promise is awaited before it is done again. */
  readonly step: () => unknown
  /** Between two measured stretches and not measured itself: a reader reads, a queue is emptied. */
  readonly between?: () => unknown
}

/** What a file in `own/` or `peers/` exports. Each file is loaded in a process of its own. */
export interface MicroModule {
  prepare(): Promise<readonly Micro[]> | readonly Micro[]
}
