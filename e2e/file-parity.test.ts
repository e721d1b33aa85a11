import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPipeline, type Collector, type Pipeline } from '../pipeline/src/index.ts'
import { DEMO_SPEC, demoRun, linesOfFiles } from './fixtures/demo-run.ts'
import { temporaryFolder, type Folder } from './fixtures/folder.ts'
import { PLAIN_SPEC, runPlain } from './fixtures/plain-program.ts'
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

let folder: Folder
let first: Pipeline
let second: Pipeline

beforeAll(async () => {
  folder = temporaryFolder()
  const start = (name: string): Promise<Pipeline> =>
    // A file is rotated at 1 MiB, so that the demo's fill several.
    startPipeline({ dir: join(folder.path, name), collectorEnv: { COLLECTOR_FILE_MIB: '1' } })
  first = await start('first')
  second = await start('second')
})

afterAll(async () => {
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe.each(['calm', 'stormy'] as const)('the demo in %s weather', (profile) => {
  test("has one report, whether by our lines, by the Collector's files of them, or by another Collector's files of those", async () => {
    const { files, runId, exitCode, folder: ranIn } = await demoRun(profile)
    const ours = await sloCheck([DEMO_SPEC, '--run', runId], { cwd: ranIn })

    await replay(
      first.collector.otlpHttp,
      linesOfFiles([...files.metrics, ...files.traces, ...files.logs]),
    )
    const theirs = await sloCheck([DEMO_SPEC, '--otlp', ...all(first.collector), '--run', runId])
    const { lines } = await replay(second.collector.otlpHttp, linesOfFiles(all(first.collector)))
    const again = await sloCheck([DEMO_SPEC, '--otlp', ...all(second.collector), '--run', runId])

    const rotated =
      written(first.collector, 'metrics').length + written(first.collector, 'logs').length
    console.log(`${profile}: ${lines} lines of the Collector posted again; ${rotated} files`)
    for (const gate of [theirs, again]) {
      expect(parityOf(reportOf(ours), reportOf(gate)).differences).toEqual([])
      expect(gate.exitCode).toBe(exitCode)
    }
  })

  test('has it whatever else is in the files: traces and events are no business of it', async () => {
    const { files, runId } = await demoRun(profile)
    const everything = [...files.metrics, ...files.traces, ...files.logs]

    const metrics = await sloCheck([DEMO_SPEC, '--otlp', ...files.metrics, '--run', runId])
    const mixed = await sloCheck([DEMO_SPEC, '--otlp', ...everything, '--run', runId])

    expect(parityOf(reportOf(metrics), reportOf(mixed)).differences).toEqual([])
    expect(reportOf(mixed).warnings).toEqual(reportOf(metrics).warnings)
  })
})

describe('generated workloads', () => {
  test("have one report, whether all, some or none of their instances' lines went through a Collector", async () => {
    const seed = seedOf('E2E_SEED')
    console.log(`E2E_SEED=${seed}`)
    const base = Date.now() - LONGEST_MS - 60_000
    const several = workloadArbitrary(base).filter(({ instances }) => instances.length > 1)
    const workloads = fc.sample(several, { seed, numRuns: 6 })

    for (const workload of workloads) await replay(first.collector.otlpHttp, textOf(workload, [0]))
    const wrong: string[] = []
    for (const workload of workloads) wrong.push(...(await mixed(workload)))

    expect(wrong).toEqual([])
  })
})

describe('files that were rotated', () => {
  test('are several for each signal by now, and no line is in two', () => {
    const files = written(first.collector, 'metrics')

    expect(files.length).toBeGreaterThan(1)
    expect(written(first.collector, 'logs').length).toBeGreaterThan(1)
    const lines = linesOfFiles(files)
    expect(new Set(lines).size).toBe(lines.length)
  })
})

describe('a program under the preload that sends to a Collector', () => {
  test('is judged alike from Prometheus and from the files of the Collector', async () => {
    const runId = `live-${process.pid}`
    const { collector, prometheus } = first
    const program = runPlain({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp,
      PLIMSOLL_RUN_ID: runId,
    })

    const server = await sloCheck([PLAIN_SPEC, '--prometheus', prometheus.url, '--run', runId])
    const byFiles = await sloCheck([PLAIN_SPEC, '--otlp', ...all(collector), '--run', runId])

    expect(program).toMatchObject({ status: 0 })
    expect(parityOf(reportOf(byFiles), reportOf(server)).differences).toEqual([])
    expect(reportOf(server)).toMatchObject({ verdict: 'pass', run: { id: runId, complete: true } })
    expect(reportOf(server).objectives[0]).toMatchObject({ good: 3, total: 3 })
    expect([byFiles.exitCode, server.exitCode]).toEqual([0, 0])
  })
})

/** The first instance by the Collector's files, the others by ours; all of them by ours; and the truth. */
async function mixed(workload: Workload): Promise<string[]> {
  const promises = promisesOf(workload)
  const file = (name: string, text: string): string => {
    const path = join(folder.path, `${workload.runId}.${name}`)
    writeFileSync(path, text)
    return path
  }
  const spec = file('yaml', specText(promises.map(({ document }) => document)))
  const others = workload.instances.map((_, index) => index).slice(1)
  const rest = file('rest.jsonl', textOf(workload, others).join('\n'))
  const whole = file('jsonl', textOf(workload, [0, ...others]).join('\n'))
  const run = ['--run', workload.runId]
  const [ours, both] = await Promise.all([
    sloCheck([spec, '--otlp', whole, ...run]),
    sloCheck([spec, '--otlp', rest, ...written(first.collector, 'metrics'), ...run]),
  ])
  const complete = isComplete(workload)
  return [
    ...parityOf(reportOf(ours), reportOf(both)).differences,
    ...surprisesOf(reportOf(both), promises, { complete }),
  ].map((line) => `${workload.runId}: ${line}`)
}

function textOf(workload: Workload, instances: readonly number[]): string[] {
  return linesOf(workload)
    .filter(({ instance }) => instances.includes(instance))
    .map(({ line }) => line)
}

/** The files that a Collector has written of a signal, rotated ones among them. */
function written(collector: Collector, signal: keyof Collector['files']): string[] {
  return globSync(collector.files[signal].replace(/\.jsonl$/u, '*.jsonl')).sort()
}

const all = (collector: Collector): string[] =>
  (['metrics', 'traces', 'logs'] as const).flatMap((signal) => written(collector, signal))
