import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEngine, type Engine, type FloatSample } from '@plimsoll/promql'

/** What a run says of itself, asked by PromQL and read from its events. */
export interface RunTelemetry {
  /** The last values of the series of `selector`, summed. */
  sum(selector: string): number
  /** The same, by the value of `label`; a series without it is under the empty string. */
  sumBy(label: string, selector: string): Readonly<Record<string, number>>
  /** Events of this name whose attributes hold these values. */
  events(name: string, attributes?: Readonly<Record<string, string>>): number
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}
interface LogRecord {
  readonly eventName?: string
  readonly attributes?: readonly Attribute[]
}
interface LogLine {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly LogRecord[] }[]
  }[]
}

/** Reads the only run in `folder`. */
export async function readTelemetry(folder: string): Promise<RunTelemetry> {
  const run = join(folder, '.plimsoll/runs/*')
  const engine = await createEngine()
  let end = 0
  for (const file of globSync(`${run}/*.metrics.jsonl`)) {
    const { problems, maxTime } = engine.load(readFileSync(file), file)
    if (problems.length > 0) throw new Error(`${file}: ${JSON.stringify(problems)}`)
    end = Math.max(end, maxTime ?? 0)
  }
  const records = globSync(`${run}/*.logs.jsonl`).flatMap((file) => logRecords(file))
  return {
    sum: (selector) => vector(engine, `sum(${last(selector)})`, end).reduce(adding, 0),
    sumBy(label, selector) {
      const samples = vector(engine, `sum by (${label}) (${last(selector)})`, end)
      return Object.fromEntries(samples.map((each) => [each.metric[label] ?? '', valueOf(each)]))
    },
    events: (name, attributes = {}) =>
      records.filter((record) => record.eventName === name && hasAll(record, attributes)).length,
  }
}

const last = (selector: string): string => `last_over_time(${selector}[1h])`
const valueOf = (sample: FloatSample): number => Number(sample.value[1])
const adding = (sum: number, sample: FloatSample): number => sum + valueOf(sample)

function vector(engine: Engine, query: string, time: number): readonly FloatSample[] {
  const answer = engine.instant(query, time)
  if (answer.resultType !== 'vector') throw new Error(`${query} gave a ${answer.resultType}`)
  return answer.result.filter((sample): sample is FloatSample => 'value' in sample)
}

function logRecords(file: string): readonly LogRecord[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as LogLine).resourceLogs)
    .flatMap((resource) => resource.scopeLogs)
    .flatMap((scope) => scope.logRecords)
}

function hasAll(record: LogRecord, wanted: Readonly<Record<string, string>>): boolean {
  const has = new Map(record.attributes?.map(({ key, value }) => [key, value.stringValue]))
  return Object.entries(wanted).every(([key, value]) => has.get(key) === value)
}
