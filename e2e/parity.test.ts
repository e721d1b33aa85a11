import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '@plimsoll/slo-check'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { arrival } from './fixtures/arrival.ts'
import { testPipeline } from './fixtures/test-pipeline.ts'
import { DEMO_SPEC, demoRun, linesOfFiles } from './fixtures/demo-run.ts'
import { replay } from './fixtures/replay.ts'
import { parityOf } from './fixtures/report-parity.ts'
import { seedOf } from './fixtures/seed.ts'
import { reportOf, sloCheck } from './fixtures/slo-check.ts'
import { LONGEST_MS, workloadArbitrary } from './workload/arbitrary.ts'
import { linesOf } from './workload/lines.ts'
import type { Workload } from './workload/model.ts'
import { promisesOf } from './workload/objectives.ts'
import { specText } from './workload/openslo.ts'
import { surprisesOf } from './workload/surprises.ts'
import { isComplete } from './workload/truth.ts'
import { unheard, untrueCounts, windowSpec } from './workload/window.ts'

const WORKLOADS = Number(process.env['E2E_WORKLOADS'] ?? 20)

const pipeline = testPipeline()

describe.each(['calm', 'stormy'] as const)('the demo in %s weather, sent through', (profile) => {
  test('gets the report that its files get', async () => {
    const run = await demoRun(profile)
    const { otlpHttp } = pipeline.collector
    const lines = linesOfFiles([...run.files.metrics, ...run.files.logs, ...run.files.traces])

    const replayed = await replay(otlpHttp, lines)
    await arrival(otlpHttp, pipeline.prometheus.url)
    const embedded = await sloCheck([DEMO_SPEC, '--run', run.runId], { cwd: run.folder })
    const server = await sloCheck([DEMO_SPEC, ...from(run.runId)])

    const parity = parityOf(reportOf(embedded), reportOf(server))
    console.log(`${profile}: ${replayed.lines} lines replayed, ${told(parity)}`)
    expect(parity.differences).toEqual([])
    expect([embedded.exitCode, server.exitCode]).toEqual([run.exitCode, run.exitCode])
  })
})

describe('generated workloads, sent through', () => {
  const seed = seedOf('E2E_SEED')
  const base = Date.now() - LONGEST_MS - 60_000
  const workloads = fc.sample(workloadArbitrary(base), { seed, numRuns: WORKLOADS })

  beforeAll(async () => {
    console.log(`${WORKLOADS} workloads, E2E_SEED=${seed}`)
    const { otlpHttp } = pipeline.collector
    for (const workload of workloads) await replay(otlpHttp, textOf(workload))
    await arrival(otlpHttp, pipeline.prometheus.url)
  })

  test('get the reports that their bytes get, and what the reports say is true', async () => {
    const judged: Judged[] = []
    for (const workload of workloads) judged.push(await judge(workload))

    const total = (of: (one: Judged) => number): number =>
      judged.reduce((sum, one) => sum + of(one), 0)
    const parity = {
      compared: total(({ compared }) => compared),
      largest: Math.max(...judged.map(({ largest }) => largest)),
    }
    console.log(
      `${total(({ objectives }) => objectives.length)} objectives, ${told(parity)}; ${total(({ truths }) => truths)} values held against the truth; verdicts: ${tally(judged)}`,
    )
    expect(judged.flatMap(({ runId, wrong }) => wrong.map((line) => `${runId}: ${line}`))).toEqual(
      [],
    )
  })

  // What a window that ends in the midst of a run makes of series that are not heard of yet is told apart:
  // engine-differences.test.ts.
  test.each([
    { what: 'all of it', seconds: LONGEST_MS / 1_000 + 60, to: base + LONGEST_MS },
    { what: 'its first minutes', seconds: 600, to: base + 120_000 },
    { what: 'some minutes in its midst', seconds: 90, to: base + 200_000 },
  ])('and so does a window over $what', async ({ seconds, to }) => {
    const spec = join(pipeline.path, 'window.yaml')
    writeFileSync(spec, windowSpec(workloads))
    const file = join(pipeline.path, 'window.jsonl')
    writeFileSync(file, workloads.flatMap(textOf).join('\n'))
    const window = ['--window', `${seconds}s`, '--at', new Date(to).toISOString()]

    const embedded = await sloCheck([spec, '--otlp', file, ...window])
    const server = await sloCheck([spec, '--prometheus', pipeline.prometheus.url, ...window])

    const open = unheard(workloads, { seconds, to })
    const isOpen = (slo: string): boolean => open.some((name) => slo.startsWith(name))
    const parity = parityOf(reportOf(embedded), reportOf(server), 'objectives', isOpen)
    console.log(
      `${told(parity)}; verdicts: ${tally([reportOf(server)])}; ${open.length} metrics with a series that is not heard of yet`,
    )
    expect(parity.differences).toEqual([])
    expect(untrueCounts(reportOf(server), workloads, { seconds, to })).toEqual([])
  })
})

interface Judged {
  readonly runId: string
  readonly objectives: Report['objectives']
  readonly compared: number
  readonly largest: number
  /** Values of both reports of which the truth is known. */
  readonly truths: number
  readonly wrong: readonly string[]
}

/** Asks both engines about a workload, and holds them against each other and against the truth. */
async function judge(workload: Workload): Promise<Judged> {
  const { runId } = workload
  const promises = promisesOf(workload)
  const spec = join(pipeline.path, `${runId}.yaml`)
  const file = join(pipeline.path, `${runId}.jsonl`)
  writeFileSync(spec, specText(promises.map(({ document }) => document)))
  writeFileSync(file, textOf(workload).join('\n'))
  const [embedded, server] = await Promise.all([
    sloCheck([spec, '--otlp', file, '--run', runId]),
    sloCheck([spec, ...from(runId), '--wait', '0']),
  ])
  const parity = parityOf(reportOf(embedded), reportOf(server))
  const complete = isComplete(workload)
  const untrue = [embedded, server].flatMap((gate, index) =>
    surprisesOf(reportOf(gate), promises, { complete }).map(
      (line) => `${index === 0 ? 'embedded' : 'server'}: ${line}`,
    ),
  )
  const exits =
    embedded.exitCode === server.exitCode
      ? []
      : [`exit codes ${String(embedded.exitCode)} and ${String(server.exitCode)}`]
  return {
    runId,
    objectives: reportOf(server).objectives,
    compared: parity.compared,
    largest: parity.largest,
    truths: promises.filter(({ expected }) => 'value' in expected).length * 2,
    wrong: [...parity.differences, ...untrue, ...exits],
  }
}

const textOf = (workload: Workload): string[] => linesOf(workload).map(({ line }) => line)

const from = (runId: string): string[] => ['--prometheus', pipeline.prometheus.url, '--run', runId]

const told = ({ compared, largest }: { compared: number; largest: number }): string =>
  `${compared} comparisons, largest relative difference ${largest}`

function tally(reports: readonly Pick<Report, 'objectives'>[]): string {
  const all = reports.flatMap(({ objectives }) => objectives)
  return [...Map.groupBy(all, ({ verdict }) => verdict)]
    .map(([verdict, { length }]) => `${length} ${verdict}`)
    .join(', ')
}
