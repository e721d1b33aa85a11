/** A table of micro-benchmarks: what stands beside what. */
export interface MicroGroup {
  readonly title: string
  readonly runs: readonly MicroRun[]
}

/** One process. */
export interface MicroRun {
  /** File beside this one. What lies in `peers/` needs the installation of this folder. */
  readonly file: string
  /** Under the preload, with these variables. */
  readonly preload?: Readonly<Record<string, string>>
}

/** How often the preload writes while it is measured, in milliseconds. */
const OFTEN = { PLIMSOLL_INTERVAL_MS: '10' }

export const MICRO_GROUPS: readonly MicroGroup[] = [
  {
    title: 'Recording a number, with a reader attached',
    runs: [
      { file: 'own/recording.ts' },
      { file: 'own/nobody-listens.ts' },
      { file: 'peers/recording-sdk.ts' },
      { file: 'peers/recording-prom-client.ts' },
    ],
  },
  {
    title: 'A span',
    runs: [
      { file: 'own/spans.ts', preload: OFTEN },
      { file: 'own/spans.ts', preload: { ...OFTEN, OTEL_TRACES_SAMPLER: 'always_off' } },
      { file: 'peers/spans.ts' },
    ],
  },
  {
    title: 'A decision of a breaker or a limiter',
    runs: [{ file: 'own/decisions.ts' }, { file: 'peers/decisions.ts' }],
  },
  {
    title: 'Policies around an async function that does nothing, no network',
    runs: [{ file: 'own/around-a-function.ts' }, { file: 'peers/around-a-function.ts' }],
  },
]
