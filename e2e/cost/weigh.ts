import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Pipeline } from '../../pipeline/src/index.ts'
import { askPrometheus } from '../fixtures/ask-prometheus.ts'
import { spreadOf, type Spread } from '../../bench/statistics.ts'

const run = promisify(execFile)
const PRELOAD = createRequire(import.meta.url).resolve('@plimsoll/register')

/** What the telemetry of a program weighs. CPU is in microseconds, sizes are in bytes. */
export interface Weights {
  readonly calls: number
  readonly exports: number
  /** Spans and events that the Collector wrote, and what they fill there. */
  readonly spans: number
  readonly spanBytes: number
  readonly events: number
  readonly eventBytes: number
  /** Series of the one instance in Prometheus. */
  readonly series: number
  /** One export of all of them, as an OTLP JSON line. */
  readonly exportBytes: number
  /** Of the Collector, a span or event that it took; of Prometheus, a sample. Over rounds. */
  readonly collectorMicros: Spread
  readonly prometheusMicros: Spread
}

/** Runs the program `rounds` times through the pipeline and weighs what it left. */
export async function weigh(
  pipeline: Pipeline,
  dir: string,
  { calls, rounds }: { readonly calls: number; readonly rounds: number },
): Promise<Weights> {
  const origin = spawn(process.execPath, [join(import.meta.dirname, 'origin.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const ports = JSON.parse(String(await firstOutput(origin))) as number[]
    const measured: Round[] = []
    for (let round = 0; round < rounds; round += 1)
      measured.push(await weighOnce(pipeline, { dir, calls, ports, id: `cost-${round}` }))
    const last = measured.at(-1)
    if (last === undefined) throw new Error('nothing was weighed')
    return {
      ...last,
      collectorMicros: spreadOf(measured.map(({ collectorMicros }) => collectorMicros)),
      prometheusMicros: spreadOf(measured.map(({ prometheusMicros }) => prometheusMicros)),
    }
  } finally {
    origin.kill('SIGKILL')
  }
}

type Round = Omit<Weights, 'collectorMicros' | 'prometheusMicros'> & {
  readonly collectorMicros: number
  readonly prometheusMicros: number
}

async function weighOnce(
  pipeline: Pipeline,
  { dir, calls, ports, id }: { dir: string; calls: number; ports: readonly number[]; id: string },
): Promise<Round> {
  const before = await meter(pipeline)
  await sleep(3_000)
  const idle = await meter(pipeline)
  const folder = join(dir, id)
  mkdirSync(folder)
  cpSync(join(import.meta.dirname, 'plimsoll.config.yaml'), join(folder, 'plimsoll.config.yaml'))
  const program = join(import.meta.dirname, 'program.mjs')
  await run(process.execPath, ['-r', PRELOAD, program, ...[calls, 50, ...ports].map(String)], {
    cwd: folder,
    env: {
      ...process.env,
      PLIMSOLL_RUN_ID: id,
      PLIMSOLL_INTERVAL_MS: '100', // many exports, so that their cost shows
      OTEL_EXPORTER_OTLP_ENDPOINT: pipeline.collector.otlpHttp,
    },
  })
  const after = await settled(pipeline, idle)
  const { spans, events, exports, exportBytes, spanBytes, eventBytes } = weighFiles(pipeline, id)
  const counted = await askPrometheus(pipeline.prometheus.url, seriesOf(id), Date.now() / 1_000)
  const [series] = counted.resultType === 'vector' ? counted.result : []
  const idleRate = (of: (meter: Meter) => number): number =>
    (of(idle) - of(before)) / (idle.at - before.at)
  const spent = (of: (meter: Meter) => number): number =>
    of(after) - of(idle) - idleRate(of) * (after.at - idle.at)
  return {
    calls,
    exports,
    spans,
    spanBytes,
    events,
    eventBytes,
    exportBytes,
    series: series !== undefined && 'value' in series ? Number(series.value[1]) : 0,
    collectorMicros: (spent(({ collector }) => collector) / (spans + events)) * 1e6,
    prometheusMicros:
      (spent(({ prometheus }) => prometheus) / (after.samples - idle.samples)) * 1e6,
  }
}

const seriesOf = (id: string): string =>
  `count(last_over_time({__name__=~".+",resilience_run_id="${id}"}[5m]))`

/** Seconds of CPU, and samples stored, at one moment. */
interface Meter {
  readonly at: number
  readonly collector: number
  readonly prometheus: number
  readonly samples: number
}

async function meter({ collector, prometheus }: Pipeline): Promise<Meter> {
  const metrics = await (await fetch(`${prometheus.url}/metrics`)).text()
  return {
    at: performance.now(),
    collector: cpuSeconds(collector.pid),
    prometheus: cpuSeconds(prometheus.pid),
    samples: samplesAppended(metrics),
  }
}

/** Samples that the store took, of every type. */
function samplesAppended(metrics: string): number {
  const rows = metrics.matchAll(/^prometheus_tsdb_head_samples_appended_total\{[^}]*\} (\S+)$/gmu)
  return [...rows].reduce((sum, [, value]) => sum + Number(value), 0)
}

/** Linux: user and system time of a process, in ticks of 10 ms; /proc/[pid]/stat, proc(5). */
function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) / 100
}

/** The servers still work when the program has ended: until no sample has come for a second. */
async function settled(pipeline: Pipeline, since: Meter): Promise<Meter> {
  let last = await meter(pipeline)
  for (let tries = 0; tries < 30; tries += 1) {
    await sleep(1_000)
    const now = await meter(pipeline)
    if (now.samples === last.samples && now.samples > since.samples) return now
    last = now
  }
  throw new Error('Prometheus goes on storing: its own scrapes are longer apart than a second')
}

function weighFiles({ collector }: Pipeline, id: string) {
  const linesOf = (file: string): string[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"${id}"`))
  const bytes = (lines: readonly string[]): number =>
    lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
  const traces = linesOf(collector.files.traces)
  const logs = linesOf(collector.files.logs)
  const metrics = linesOf(collector.files.metrics)
  const count = (lines: readonly string[], key: string): number =>
    lines.reduce((sum, line) => sum + line.split(`"${key}":`).length - 1, 0)
  return {
    spans: count(traces, 'spanId'),
    spanBytes: bytes(traces),
    events: count(logs, 'eventName'),
    eventBytes: bytes(logs),
    exports: metrics.length,
    exportBytes: Math.max(...metrics.map((line) => Buffer.byteLength(line) + 1)),
  }
}

async function firstOutput(child: ChildProcess): Promise<unknown> {
  if (child.stdout === null) throw new Error('the origin has no output')
  const [chunk] = (await once(child.stdout, 'data')) as [unknown]
  return chunk
}
