import { setTimeout as delay } from 'node:timers/promises'
import { ATTRIBUTES, INSTRUMENTS, prometheusLabel, prometheusName } from '@plimsoll/semconv'
import type { Server } from '../../pipeline/src/index.ts'

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
const POLL_MS = 200

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
export async function awaitCounted(
  prometheus: Server,
  runId: string,
  is: (counted: Counted) => boolean,
  ms = 60_000,
): Promise<Counted> {
  const until = performance.now() + ms
  for (;;) {
    const counted = await countedIn(prometheus, runId)
    if (is(counted)) return counted
    if (performance.now() > until) {
      throw new Error(`Prometheus does not come to it: ${JSON.stringify(counted)}`)
    }
    await delay(POLL_MS)
  }
}

interface Answer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
}

async function sum(prometheus: Server, query: string): Promise<number> {
  const response = await fetch(`${prometheus.url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${query}: HTTP ${response.status}: ${text}`)
  const [first] = (JSON.parse(text) as Answer).data.result
  return Number(first?.value[1] ?? 0)
}
