import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

interface Value {
  readonly stringValue?: string
  readonly intValue?: number
  readonly doubleValue?: number
  readonly boolValue?: boolean
}
type Pairs = readonly { readonly key: string; readonly value: Value }[]

interface Point {
  readonly attributes: Pairs
  readonly asInt?: number
  readonly asDouble?: number
  readonly count?: number
}

interface Metric {
  readonly name: string
  readonly sum?: { readonly dataPoints: readonly Point[] }
  readonly gauge?: { readonly dataPoints: readonly Point[] }
  readonly histogram?: { readonly dataPoints: readonly Point[] }
}

interface Resource {
  readonly resource: { readonly attributes: Pairs }
}
export interface MetricsLine {
  readonly resourceMetrics: readonly (Resource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[]
  })[]
}
interface LogsLine {
  readonly resourceLogs: readonly (Resource & {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly { readonly eventName?: string; readonly attributes: Pairs }[]
    }[]
  })[]
}
interface TracesLine {
  readonly resourceSpans: readonly (Resource & {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly name: string; readonly attributes: Pairs }[]
    }[]
  })[]
}

export interface Instance {
  readonly id: string
  readonly metrics: readonly MetricsLine[]
  readonly logs: readonly LogsLine[]
  readonly traces: readonly TracesLine[]
}

export interface StoredRun {
  readonly folder: string
  readonly record: Record<string, unknown> | undefined
  readonly instances: readonly Instance[]
}

/** The runs below a program's folder, oldest name first. A line that is not JSON fails the test. */
export function storedRuns(folder: string, dir = '.plimsoll'): StoredRun[] {
  const runs = join(folder, dir, 'runs')
  if (!existsSync(runs)) return []
  return readdirSync(runs)
    .sort()
    .map((name) => storedRun(join(runs, name)))
}

/** The one run that there must be. */
export function onlyRun(folder: string): StoredRun {
  const runs = storedRuns(folder)
  if (runs.length !== 1 || runs[0] === undefined) throw new Error(`there are ${runs.length} runs`)
  return runs[0]
}

function storedRun(folder: string): StoredRun {
  const names = readdirSync(folder)
  const record = join(folder, 'run.json')
  const ids = new Set<string>(
    names.filter((name) => name.endsWith('.jsonl')).map((name) => name.split('.')[0] ?? ''),
  )
  return {
    folder,
    record: existsSync(record)
      ? (JSON.parse(readFileSync(record, 'utf8')) as Record<string, unknown>)
      : undefined,
    instances: [...ids].map((id) => ({
      id,
      metrics: lines(folder, `${id}.metrics.jsonl`) as MetricsLine[],
      logs: lines(folder, `${id}.logs.jsonl`) as LogsLine[],
      traces: lines(folder, `${id}.traces.jsonl`) as TracesLine[],
    })),
  }
}

function lines(folder: string, name: string): unknown[] {
  const path = join(folder, name)
  if (!existsSync(path)) return []
  const text = readFileSync(path, 'utf8')
  // Made, and then the disk was full.
  if (text === '') return []
  if (!text.endsWith('\n')) throw new Error(`${name} does not end with a line feed`)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

/** Sum over the last point of each series of each instance; of a histogram its count. */
export function total(
  run: StoredRun,
  name: string,
  labels: Readonly<Record<string, unknown>> = {},
): number {
  return run.instances.map((instance) => totalOf(instance, name, labels)).reduce((a, b) => a + b, 0)
}

export function totalOf(
  instance: Instance,
  name: string,
  labels: Readonly<Record<string, unknown>> = {},
): number {
  const last = instance.metrics.at(-1)
  return last === undefined ? 0 : totalIn(last, name, labels)
}

export function totalIn(
  line: MetricsLine,
  name: string,
  labels: Readonly<Record<string, unknown>> = {},
): number {
  return line.resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => metric.name === name)
    .flatMap(({ sum, gauge, histogram }) => (sum ?? gauge ?? histogram)?.dataPoints ?? [])
    .filter(({ attributes }) => {
      const found = plain(attributes)
      return Object.entries(labels).every(([key, value]) => found[key] === value)
    })
    .map(({ asInt, asDouble, count }) => count ?? asInt ?? asDouble ?? 0)
    .reduce((a, b) => a + b, 0)
}

/** Instances whose last snapshot has a point of `name`. */
export function having(run: StoredRun, name: string): number {
  return run.instances.filter((instance) =>
    JSON.stringify(instance.metrics.at(-1) ?? {}).includes(`"${name}"`),
  ).length
}

/** Attributes of every event of this name. */
export function eventsOf(run: StoredRun, name: string): Record<string, unknown>[] {
  return run.instances
    .flatMap(({ logs }) => logs)
    .flatMap(({ resourceLogs }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .filter(({ eventName }) => eventName === name)
    .map(({ attributes }) => plain(attributes))
}

/** Names of every span. */
export function spansOf(run: StoredRun): string[] {
  return run.instances
    .flatMap(({ traces }) => traces)
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ name }) => name)
}

/** Attributes of the resource of an instance. */
export function resourceOf(instance: Instance): Record<string, unknown> {
  return plain(instance.metrics[0]?.resourceMetrics[0]?.resource.attributes ?? [])
}

function plain(pairs: Pairs): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [
      key,
      value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue,
    ]),
  )
}
