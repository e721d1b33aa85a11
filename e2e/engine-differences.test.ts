import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEngine, type InstantResult } from '@plimsoll/promql'
import type { ObjectiveReport } from '@plimsoll/slo-check'
import { describe, expect, test } from 'vitest'
import { arrival } from './fixtures/arrival.ts'
import { testPipeline } from './fixtures/test-pipeline.ts'
import { askPrometheus } from './fixtures/ask-prometheus.ts'
import { replay } from './fixtures/replay.ts'
import { reportOf, sloCheck } from './fixtures/slo-check.ts'
import { linesOf } from './workload/lines.ts'
import type { Instrument, Workload } from './workload/model.ts'
import { documentOf, specText } from './workload/openslo.ts'

// The differences between the engines that docs/slo-check.md tells of, each as it is.

const pipeline = testPipeline()

const EXPORTS = 4
const INTERVAL_MS = 15_000
const FIRST_INTERVAL_MS = 40_000
/** Both extrapolate to the end of a range if it is no farther than the mean distance of samples, and a tenth more. */
const BETWEEN_BOTH_MEANS_S = 18
const STEP = 10
const TRUTH = EXPORTS * STEP
const HOUR_MS = 3_600_000

describe('a start is a sample of 0 on a server, and known without one to the embedded engine:', () => {
  test('increases that are not anchored are estimates from the mean distance of samples, of which it is one', async () => {
    const { ask } = await sent(workload('estimates', Date.now()))

    const estimated = await ask((x) => `increase(${x}[3m])`, BETWEEN_BOTH_MEANS_S)
    const anchored = await ask((x) => `increase(${x}[3m] anchored)`, BETWEEN_BOTH_MEANS_S)

    expect(anchored).toEqual({ embedded: TRUTH, server: TRUTH })
    expect(estimated.server - estimated.embedded).toBeGreaterThan(1)
  })

  test('functions that look at samples, not at increases, see it', async () => {
    const { ask } = await sent(workload('samples', Date.now()))

    const count = await ask((x) => `count_over_time(${x}[2m])`)
    const least = await ask((x) => `min_over_time(${x}[2m])`)
    const changes = await ask((x) => `changes(${x}[2m])`)

    expect(changes).toEqual({ embedded: EXPORTS - 1, server: EXPORTS })
    expect(count).toEqual({ embedded: EXPORTS, server: EXPORTS + 1 })
    expect(least).toEqual({ embedded: STEP, server: 0 })
  })

  test('a gauge that is sent with a start gets one too', async () => {
    const asGauge = (line: string): string =>
      line.replaceAll(/"sum":\{"aggregationTemporality":2,/gu, '"gauge":{')
    const { ask } = await sent(workload('gauges', Date.now()), asGauge)

    const least = await ask((x) => `min_over_time(${x.replace('_total', '')}[2m])`)

    expect(least).toEqual({ embedded: STEP, server: 0 })
  })

  test('a series whose first point comes after the window counts 0 there, and is not known here', async () => {
    const end = Date.now()
    const run = workload('not-yet-heard-of', end)
    const born = end - (EXPORTS - 1) * INTERVAL_MS - FIRST_INTERVAL_MS + 5_000
    await send(textOf(run))

    const window = ['--window', '10s', '--at', new Date(born).toISOString()]
    const { embedded, server } = await judged(run, textOf(run), window)

    expect(embedded).toMatchObject({ verdict: 'no_data', value: null })
    expect(server).toMatchObject({ value: 0 })
  })
})

describe('where a server cannot know when a series began,', () => {
  test('an hour late, a run is counted exactly and its increases are doubted, not wrong in silence', async () => {
    const run = workload('late', Date.now() - 3 * HOUR_MS)
    await send(textOf(run))

    const { embedded, server } = await judged(run, textOf(run))
    const grown = await judged(run, textOf(run), undefined, INCREASE)

    expect([embedded.value, server.value]).toEqual([TRUTH, TRUTH])
    expect(grown.embedded).toMatchObject({ value: TRUTH, verdict: 'pass' })
    expect(grown.server).toMatchObject({ value: TRUTH - STEP, verdict: 'inconclusive' })
    expect(grown.server.reason).toContain('no start timestamp')
  })

  test('neither is it from a start that is the time of the first point, as of observable counters', async () => {
    const run = workload('observable', Date.now())
    const first = String(run.instances[0]?.exports[0])
    const lines = textOf(run).map((line) =>
      line.replaceAll(/"startTimeUnixNano":"\d+"/gu, `"startTimeUnixNano":"${first}000000"`),
    )
    await send(lines)

    const { embedded, server } = await judged(run, lines)
    const grown = await judged(run, lines, undefined, INCREASE)

    expect([embedded.value, server.value]).toEqual([TRUTH, TRUTH])
    expect(grown.embedded).toMatchObject({ value: TRUTH, verdict: 'pass' })
    expect(grown.server).toMatchObject({ value: TRUTH - STEP, verdict: 'inconclusive' })
  })
})

/** A run of one process and one counter, that ends at a time. */
function workload(name: string, end: number): Workload {
  const exports = Array.from({ length: EXPORTS }, (_, i) => end - (EXPORTS - 1 - i) * INTERVAL_MS)
  const start = (exports[0] ?? end) - FIRST_INTERVAL_MS
  const instrument: Instrument = {
    kind: 'counter',
    name: `differences.${name.replaceAll('-', '.')}`,
    unit: '',
    streams: [
      { instance: 0, attributes: {}, begins: 0, restarts: null, steps: exports.map(() => STEP) },
    ],
  }
  return {
    runId: `${name}-${end}`,
    service: 'workload',
    instances: [{ id: `${name}-${end}`, start, exports, gaps: [], ends: true }],
    instruments: [instrument],
  }
}

const textOf = (of: Workload): string[] => linesOf(of).map(({ line }) => line)
const metricOfRun = (of: Workload): string =>
  `${of.instruments[0]?.name.replaceAll('.', '_')}_total`

async function send(lines: readonly string[]): Promise<void> {
  await replay(pipeline.collector.otlpHttp, lines)
  await arrival(pipeline.collector.otlpHttp, pipeline.prometheus.url)
}

type Values = Readonly<Record<'embedded' | 'server', number>>

/** Sends a run, and gives what asks both engines about its counter. */
async function sent(
  run: Workload,
  edit = (line: string): string => line,
): Promise<{ ask: (query: (metric: string) => string, secondsLater?: number) => Promise<Values> }> {
  const lines = textOf(run).map(edit)
  const end = run.instances[0]?.exports.at(-1) ?? 0
  await send(lines)
  return {
    async ask(query, secondsLater = 0) {
      const at = end / 1_000 + secondsLater
      const text = query(metricOfRun(run))
      using engine = await createEngine()
      engine.load(lines)
      return {
        embedded: numberOf(engine.instant(text, at)),
        server: numberOf(await askPrometheus(pipeline.prometheus.url, text, at)),
      }
    },
  }
}

function numberOf(answer: InstantResult): number {
  const [sample] = answer.resultType === 'vector' ? answer.result : []
  if (sample === undefined || !('value' in sample)) throw new Error('the answer is no number')
  return Number(sample.value[1])
}

const BARE = (metric: string): string => metric
const INCREASE = (metric: string): string =>
  `sum(increase(${metric}{resilience_run_id="$run"}[$window] anchored))`

/** What `slo-check` says of the count of the run's counter, by both ways. */
async function judged(
  run: Workload,
  lines: readonly string[],
  of: readonly string[] = ['--run', run.runId],
  queryOf = BARE,
): Promise<Readonly<Record<'embedded' | 'server', ObjectiveReport>>> {
  const spec = join(pipeline.path, `${run.runId}.yaml`)
  const query = queryOf(metricOfRun(run))
  const document = documentOf({ name: 'count', kind: 'count', query, op: 'gte', value: 1 })
  writeFileSync(spec, specText([document]))
  const file = join(pipeline.path, `${run.runId}.jsonl`)
  writeFileSync(file, lines.join('\n'))
  const one = async (source: readonly string[]): Promise<ObjectiveReport> => {
    const [objective] = reportOf(await sloCheck([spec, ...source, ...of])).objectives
    if (objective === undefined) throw new Error('the report has no objective')
    return objective
  }
  return {
    embedded: await one(['--otlp', file]),
    server: await one(['--prometheus', pipeline.prometheus.url]),
  }
}
