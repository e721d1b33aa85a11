import { ATTRIBUTES, INSTRUMENTS, prometheusLabel, prometheusName } from '@plimsoll/semconv'
import type { Server } from '../../pipeline/src/index.ts'
import { ask, eventually } from '../pipeline/ask.ts'

/** What Prometheus holds of a run. */
export interface Counted {
  readonly calls: number
  /** Items told as lost, of all signals. */
  readonly lost: number
  /** Whether the run's end marker is there. */
  readonly complete: boolean
}

const RUN = prometheusLabel(ATTRIBUTES.runId.key)
const CALLS = `${prometheusName(INSTRUMENTS.callDuration)}_count`
const LOST = prometheusName(INSTRUMENTS.telemetryLost)
const END = prometheusName(INSTRUMENTS.runEndTime)

export async function countedIn(prometheus: Server, runId: string): Promise<Counted> {
  const total = (metric: string): Promise<number> =>
    sum(prometheus, `sum(last_over_time(${metric}{${RUN}="${runId}"}[1h]))`)
  return {
    calls: await total(CALLS),
    lost: await total(LOST),
    complete: (await total(END)) > 0,
  }
}

/** Waits until `is` holds of the run; fails with what there is when it does not within `ms`. */
export function awaitCounted(
  prometheus: Server,
  runId: string,
  is: (counted: Counted) => boolean,
  ms = 60_000,
): Promise<Counted> {
  return eventually(() => countedIn(prometheus, runId), is, ms)
}

async function sum(prometheus: Server, query: string): Promise<number> {
  const [first] = await ask(prometheus.url, query)
  return Number(first?.value?.[1] ?? 0)
}
