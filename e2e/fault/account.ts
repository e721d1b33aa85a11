import type { Collector } from '../../pipeline/src/index.ts'
import { arrivedIn, awaitArrived, SPANS_PER_CALL } from './arrived.ts'
import { awaitCounted, countedIn, type Counted } from './counted.ts'
import { counterTotal } from './exposition.ts'
import { EXIT_CODE } from './observed.ts'
import type { Scene } from './scene.ts'

/** What one fault did: a row of docs/faults.md. */
export interface Account {
  readonly fault: string
  /** Calls that the origin answered. */
  readonly calls: number
  /** Calls that Prometheus counts. */
  readonly counted: number
  /** Whether the end marker of the run arrived. */
  readonly complete: boolean
  /** Events and spans that the program recorded. */
  readonly recorded: number
  /** Those that stand in the Collector's files, each once. */
  readonly arrived: number
  /** Copies beyond the first. */
  readonly twice: number
  /** Events and spans that the program told as lost on stderr. */
  readonly told: number
  /** Of all that was told as lost, what its metrics say in Prometheus. */
  readonly toldInMetrics: number
  /** Data points told as lost: those of the last metrics, or none. */
  readonly points: number
  /** Data points, spans and events that the Collector counts as failed for good, since it was last started. */
  readonly failedInCollector: number
  /** Seconds until counts and rows were whole again, after what was broken was back. */
  readonly backAfterS: number | undefined
  /** Milliseconds that the process lived longer than the program in it. */
  readonly exitMs: number
}

/** Ends the program, waits for its end marker where it can arrive, and counts. */
export async function account(
  fault: string,
  scene: Scene,
  { ends, backAfterS }: { readonly ends: 'whole' | 'cut'; readonly backAfterS?: number },
): Promise<Account> {
  const { program, pipeline, origin, runId } = scene
  const { code, stderr, exitMs } = await program.end()
  if (code !== EXIT_CODE) throw new Error(`the program ended with ${String(code)}: ${stderr}`)
  const counted =
    ends === 'whole' ? await theEnd(scene, stderr) : await countedIn(pipeline.prometheus, runId)
  const arrived = arrivedIn(pipeline.collector, origin.url, origin.ledger)
  const lost = toldLost(stderr)
  const calls = origin.ledger.size
  return {
    fault,
    calls,
    counted: counted.calls,
    complete: counted.complete,
    // The summary of the run is an event too.
    recorded: calls * (1 + SPANS_PER_CALL) + 1,
    arrived: arrived.events + arrived.spans,
    twice: arrived.twice,
    told: lost.event + lost.span,
    toldInMetrics: counted.lost,
    points: lost['data point'],
    failedInCollector: await failedIn(pipeline.collector),
    backAfterS,
    exitMs,
  }
}

/** Seconds until Prometheus counts all calls that the origin has answered by now, and the files have their rows. */
export async function secondsToRecover({ pipeline, origin, runId }: Scene): Promise<number> {
  const since = performance.now()
  const calls = origin.ledger.size
  await awaitCounted(pipeline.prometheus, runId, (counted) => counted.calls >= calls)
  await awaitArrived(() => arrivedIn(pipeline.collector, origin.url, origin.ledger), calls)
  return (performance.now() - since) / 1_000
}

async function theEnd({ pipeline, runId }: Scene, stderr: string): Promise<Counted> {
  try {
    return await awaitCounted(pipeline.prometheus, runId, ({ complete }) => complete)
  } catch (error) {
    throw new Error(`the end of the run never arrived; the program said: ${stderr}`, {
      cause: error,
    })
  }
}

/** What it could not deliver, retries included. One that does not run tells nothing. */
async function failedIn(collector: Collector): Promise<number> {
  if (collector.pid === undefined) return 0
  const page = await (await fetch(collector.telemetry)).text()
  return counterTotal(page, /^otelcol_exporter_send_failed_(?:metric_points|spans|log_records)$/u)
}

/** Reads the line that the preload ends with when something was lost. */
function toldLost(stderr: string): Record<'event' | 'span' | 'data point', number> {
  const line = stderr.split('\n').find((text) => text.includes(' did not reach ')) ?? ''
  const lost = { event: 0, span: 0, 'data point': 0 }
  for (const [, count, word] of line.matchAll(/(\d+) (event|span|data point)s?\b/gu)) {
    lost[word as keyof typeof lost] = Number(count)
  }
  return lost
}
