import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPipeline, type Pipeline, type Server } from '../pipeline/src/index.ts'
import { arrival } from './fixtures/arrival.ts'
import { hasDebianPackages } from './fixtures/debian-package.ts'
import { DEMO_SPEC, demoRun, linesOfFiles } from './fixtures/demo-run.ts'
import { temporaryFolder, type Folder } from './fixtures/folder.ts'
import { remoteWrite, startOldPrometheus, startVictoriaMetrics } from './fixtures/other-servers.ts'
import { PLAIN_SPEC, runPlain } from './fixtures/plain-program.ts'
import { replay } from './fixtures/replay.ts'
import { parityOf } from './fixtures/report-parity.ts'
import { seedOf } from './fixtures/seed.ts'
import { reportOf, sloCheck } from './fixtures/slo-check.ts'
import { LONGEST_MS, workloadArbitrary } from './workload/arbitrary.ts'
import { linesOf } from './workload/lines.ts'
import type { Attributes, Instrument, Workload } from './workload/model.ts'
import { promisesOf } from './workload/objectives.ts'
import { specText } from './workload/openslo.ts'
import { surprisesOf } from './workload/surprises.ts'
import { isComplete } from './workload/truth.ts'

const available = hasDebianPackages()
if (!available)
  console.log('left out: other servers come as Debian packages, and this machine has no apt-get')
// In CI they are part of the proof: there a machine without them is a failure, not a gap.
const isPart = available || (process.env['CI'] ?? '') !== ''

describe.runIf(isPart)('a server that is not the Prometheus of the pipeline:', () => {
  let folder: Folder
  let pipeline: Pipeline
  const servers = new Map<string, Server>()

  beforeAll(async () => {
    folder = temporaryFolder()
    const dir = (name: string): string => join(folder.path, name)
    const victoria = await startVictoriaMetrics(dir('victoria'))
    servers.set('VictoriaMetrics', victoria)
    const old = await startOldPrometheus(dir('old'))
    servers.set('Prometheus 2', old)
    pipeline = await startPipeline({
      dir: dir('pipeline'),
      collectorConfigs: [
        remoteWrite({ victoria: `${victoria.url}/api/v1/write`, old: `${old.url}/api/v1/write` }),
      ],
    })
  })

  afterAll(async () => {
    await pipeline[Symbol.asyncDispose]()
    for (const server of servers.values()) await server.stop()
    folder[Symbol.dispose]()
  })

  // The same for both servers: the Collector sends to both what either test posts.
  const seed = seedOf('E2E_SEED')
  const base = Date.now() - LONGEST_MS - 60_000
  const workloads = fc.sample(workloadArbitrary(base), { seed, numRuns: 5 }).map(withoutLosses)

  const urlOf = (name: string): string => servers.get(name)?.url ?? ''
  const from = (name: string): string[] => ['--prometheus', urlOf(name)]

  describe.each(['VictoriaMetrics', 'Prometheus 2'])('%s', (name) => {
    test.each(['calm', 'stormy'] as const)(
      'judges the demo in %s weather as its files do',
      async (profile) => {
        const run = await demoRun(profile)
        const { otlpHttp } = pipeline.collector

        await replay(otlpHttp, linesOfFiles(run.files.metrics))
        await arrival(otlpHttp, urlOf(name))
        const embedded = await sloCheck([DEMO_SPEC, '--run', run.runId], { cwd: run.folder })
        const server = await sloCheck([DEMO_SPEC, ...from(name), '--run', run.runId])

        expect(parityOf(reportOf(embedded), reportOf(server)).differences).toEqual([])
        expect(server.exitCode).toBe(run.exitCode)
      },
    )

    test('judges a run that has just ended', async () => {
      const runId = `just-ended-${process.pid}-${name.length}`
      const program = runPlain({
        OTEL_EXPORTER_OTLP_ENDPOINT: pipeline.collector.otlpHttp,
        PLIMSOLL_RUN_ID: runId,
      })

      // VictoriaMetrics hides the newest 30 s from those who do not ask for them.
      const run = ['--run', runId, '--wait', '20s']
      const gate = await sloCheck([PLAIN_SPEC, ...from(name), ...run])

      expect(program.status).toBe(0)
      expect(gate).toMatchObject({ exitCode: 0, report: { run: { id: runId, complete: true } } })
      expect(reportOf(gate).objectives[0]).toMatchObject({ good: 3, total: 3 })
    })

    test('is not taken for one that counts windows exactly', async () => {
      const window = ['--window', '1h']
      const gate = await sloCheck([DEMO_SPEC, ...from(name), ...window])

      const { objectives, source } = reportOf(gate)
      expect(gate.exitCode).toBe(2)
      const { application = '', version = null } = source.server ?? {}
      expect(name.startsWith(application)).toBe(true)
      const named = version === null ? application : `${application} ${version}`
      for (const { verdict, value, reason } of objectives) {
        expect({ verdict, value }).toEqual({ verdict: 'inconclusive', value: null })
        expect(reason).toContain(
          `exact counts over a window are not to be had from ${urlOf(name)} (${named}), which lacks \`anchored\``,
        )
      }
    })

    test('counts generated runs exactly, and says what it cannot do', async () => {
      const { otlpHttp } = pipeline.collector
      const wrong: string[] = []
      console.log(`${name}, E2E_SEED=${seed}`)

      for (const workload of workloads)
        await replay(
          otlpHttp,
          linesOf(workload).map(({ line }) => line),
        )
      await arrival(otlpHttp, urlOf(name))
      for (const workload of workloads) {
        const promises = promisesOf(workload)
        const spec = join(folder.path, 'slo.yaml')
        writeFileSync(spec, specText(promises.map(({ document }) => document)))
        const run = ['--run', workload.runId, '--wait', '0']
        const report = reportOf(await sloCheck([spec, ...from(name), ...run]))
        const complete = isComplete(workload)
        const exact = promises.filter(({ slo }) => !slo.startsWith('count-of-restarts'))
        wrong.push(...surprisesOf(report, exact, { complete }))
        for (const objective of report.objectives)
          if (objective.slo.startsWith('count-of-restarts') && objective.verdict !== 'inconclusive')
            wrong.push(`${objective.slo} is ${objective.verdict}: ${objective.reason}`)
      }

      expect(wrong).toEqual([])
    })
  })
})

/** Neither knows starts, so that only a falling value tells that a series began again; nor has it native histograms here. */
function withoutLosses(workload: Workload): Workload {
  const instruments = workload.instruments.filter(({ kind }) => kind !== 'exponential')
  return {
    ...workload,
    instruments: instruments.map(
      (one) =>
        ({
          ...one,
          streams: one.streams.map((stream) => ({
            ...stream,
            attributes: plainly(stream.attributes),
            restarts: null,
            steps: one.kind === 'gauge' ? stream.steps.map(roughly) : stream.steps,
          })),
        }) as Instrument,
    ),
  }
}

/**
 * By remote write the Collector names labels otherwise than Prometheus's receiver: of several underscores it keeps one, and
 * of attributes that become one label it joins only values that differ.
 */
const PLAIN_KEYS = new Map([
  ['größe', 'size'],
  ['a_b', 'c'],
])

const plainly = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [PLAIN_KEYS.get(key) ?? key, value]),
  )

/** VictoriaMetrics keeps about 15 digits of a series' numbers, the smallest beside the largest. */
const roughly = (step: unknown): number => Math.round(Number(step) * 1_000) / 1_000
