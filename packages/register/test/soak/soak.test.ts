import { fileURLToPath } from 'node:url'
import { ATTRIBUTES, EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { programFolder, runNode } from '../support/program.ts'
import { eventsOf, onlyRun, total, type MetricsLine } from '../support/run-files.ts'
import { startFlakyOrigin } from './flaky-origin.ts'

/** `npm run soak` takes ten minutes each. @default 7 */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 7)
const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url))

const POLICIES = JSON.stringify({
  fetch: {
    cache: true,
    defaults: {
      limiter: { ratePerSecond: 5_000, burst: 100 },
      breaker: { minimumCalls: 50, failureRate: 0.9 },
      retry: { baseDelayMs: 1, maxDelayMs: 20, maxRetries: 2 },
      deadlineMs: 60_000,
    },
  },
})

interface Moment {
  readonly heapUsed: number
  readonly external: number
  readonly arrayBuffers: number
  readonly handles: Readonly<Record<string, number>>
  readonly calls: number
}
interface Told {
  readonly ledger: { readonly calls: number; readonly good: number; readonly failed: number }
  readonly moments: readonly [Moment, Moment, Moment]
}

function seriesOf(line: MetricsLine | undefined): number {
  const metrics = line?.resourceMetrics.flatMap((one) =>
    one.scopeMetrics.flatMap((scope) => scope.metrics),
  )
  return (metrics ?? [])
    .map((metric) => (metric.sum ?? metric.gauge ?? metric.histogram)?.dataPoints.length ?? 0)
    .reduce((sum, count) => sum + count, 0)
}

const heap = ({ heapUsed, external }: Moment): number => heapUsed + external
const count = ({ handles }: Moment): number =>
  Object.values(handles).reduce((sum, one) => sum + one, 0)

test.each([
  { how: 'observed', config: {} },
  { how: 'under policies', config: { 'plimsoll.config.json': POLICIES } },
])(
  'a program that calls a flaky origin for long holds no more at its end than in its middle, and its telemetry is the ledger, $how',
  { timeout: SECONDS * 2_000 + 60_000 },
  async ({ config }) => {
    const origin = await startFlakyOrigin()
    const folder = programFolder(config)

    const ended = await runNode(folder, [PROGRAM], {
      nodeArgs: ['--expose-gc'],
      timeoutMs: SECONDS * 1_000 + 50_000,
      env: {
        PORT: String(origin.port),
        SOAK_SECONDS: String(SECONDS),
        PLIMSOLL_LOG: 'error',
        OTEL_TRACES_EXPORTER: 'none',
      },
    })

    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const { ledger, moments } = JSON.parse(ended.stdout) as Told
    const [, middle, end] = moments
    console.log(
      `${ledger.calls} calls; bytes held: ${moments.map(heap).join(', ')}; handles: ${moments.map(count).join(', ')}`,
    )
    expect(ledger.calls).toBeGreaterThan(SECONDS * 20)
    expect(ledger.good).toBeGreaterThan(ledger.failed)
    expect(heap(end)).toBeLessThan(heap(middle) * 1.1 + 2_000_000)
    expect(count(end)).toBeLessThanOrEqual(count(middle) + 50)

    const run = onlyRun(folder)
    const attempts = (labels: Readonly<Record<string, unknown>> = {}): number =>
      total(run, INSTRUMENTS.requestDuration.name, labels)
    const requests = [...origin.ledger.values()].reduce((sum, one) => sum + one, 0)
    expect(total(run, INSTRUMENTS.callDuration.name)).toBe(ledger.calls)
    // Ten minutes of events may be more than the run's folder takes: what is missing was counted as lost.
    const missing = ledger.calls - eventsOf(run, EVENTS.call.name).length
    const lost = total(run, INSTRUMENTS.telemetryLost.name, { [ATTRIBUTES.signal.key]: 'logs' })
    expect(missing).toBeGreaterThanOrEqual(0)
    expect(missing).toBeLessThanOrEqual(lost)
    expect(attempts()).toBe(requests)
    const statuses = [...origin.ledger].filter(([what]) => what !== 'reset')
    for (const [what, seen] of statuses) {
      expect([what, attempts({ [ATTRIBUTES.status.key]: Number(what) })]).toEqual([what, seen])
    }
    expect(origin.mostConnections()).toBeLessThan(500)
    const lines = run.instances[0]?.metrics ?? []
    expect(seriesOf(lines.at(-1))).toBeLessThan(3_000)
    expect(seriesOf(lines.at(-1))).toBeLessThanOrEqual(seriesOf(lines.at(-2)) + 50)
  },
)
