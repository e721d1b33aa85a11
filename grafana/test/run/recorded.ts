import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, Labels, SamplePair } from '@plimsoll/promql'
import {
  type AlertingRule,
  parseSpecs,
  type RecordingRule,
  type RuleFile,
  sloRules,
} from '@plimsoll/slo-check'
import { PROMETHEUS } from '../../src/foreign-names.ts'
import type { RealRun } from './real-run.ts'

/** Seconds between two evaluations of the rules. */
const EVERY = 1

/** Loads what a run wrote to files. */
export function loadRun(engine: Engine, { folder }: RealRun): void {
  const files = globSync(join(folder, '.plimsoll/runs/*/*.metrics.jsonl'))
  if (files.length === 0) throw new Error(`no metrics below ${folder}`)
  for (const file of files) {
    const { problems } = engine.load(readFileSync(file), file)
    if (problems.length > 0) throw new Error(`${file}: ${JSON.stringify(problems)}`)
  }
}

/** The rules of the spec beside this file. */
export function rulesOfTheRun(engine: Engine): RuleFile {
  const name = join(import.meta.dirname, 'slo.yaml')
  const specs = parseSpecs([{ name, text: readFileSync(name, 'utf8') }])
  return sloRules(specs, { parse: (query) => engine.parse(query) })
}

/**
 * Does what a server does with rules: evaluates them in their order over a span of time, and stores the answers, which later
 * rules ask for. Groups run beside each other: what a rule reads of a later group it finds the second time.
 */
export function record(engine: Engine, { groups }: RuleFile, start: number, end: number): void {
  const rules = groups.flatMap(({ rules }) => rules)
  const recordings = rules.filter((rule) => 'record' in rule)
  const silent = recordings.filter((rule) => !recorded(engine, rule, start, end))
  for (const rule of silent) recorded(engine, rule, start, end)
  for (const rule of rules) if ('alert' in rule) fired(engine, rule, start, end)
}

/** Evaluates a rule and stores what it answers; whether it answered at all. */
function recorded(engine: Engine, rule: RecordingRule, start: number, end: number): boolean {
  const { result } = engine.range(rule.expr, start, end, EVERY)
  for (const { metric, values = [] } of result)
    store(engine, rule.record, { ...metric, ...rule.labels }, values)
  return result.length > 0
}

/** Stores the two series that Prometheus writes of an alert. One with `for` would be pending for longer than the run. */
function fired(engine: Engine, rule: AlertingRule, start: number, end: number): void {
  if (rule.for !== undefined) return
  const { result } = engine.range(rule.expr, start, end, EVERY)
  for (const { metric, values = [] } of result) {
    const labels = { ...metric, ...rule.labels, alertname: rule.alert }
    const since = String(values[0]?.[0] ?? start)
    const all = (value: string): SamplePair[] => values.map(([at]) => [at, value])
    store(engine, PROMETHEUS.alerts, { ...labels, alertstate: 'firing' }, all('1'))
    store(engine, PROMETHEUS.alertsSince, labels, all(since))
  }
}

function store(engine: Engine, name: string, labels: Labels, values: readonly SamplePair[]): void {
  const { problems } = engine.load(gaugeLine(name, labels, values), name)
  if (problems.length > 0) throw new Error(`${name}: ${JSON.stringify(problems)}`)
}

/** A series as a line of OTLP: a name may hold colons, and stays as it is. */
function gaugeLine(name: string, labels: Labels, values: readonly SamplePair[]): string {
  const attributes = Object.entries(labels)
    .filter(([key]) => key !== '__name__')
    .map(([key, value]) => ({ key, value: { stringValue: value } }))
  const dataPoints = values
    .filter(([, value]) => Number.isFinite(Number(value)))
    .map(([seconds, value]) => ({
      attributes,
      timeUnixNano: String(BigInt(Math.round(seconds * 1000)) * 1_000_000n),
      asDouble: Number(value),
    }))
  return JSON.stringify({
    resourceMetrics: [
      { resource: {}, scopeMetrics: [{ scope: {}, metrics: [{ name, gauge: { dataPoints } }] }] },
    ],
  })
}
