import type { Spread } from '../../bench/statistics.ts'
import type { Weights } from './weigh.ts'

const MILLION = 1_000_000
/** Prometheus's own estimate of what a sample fills on disk, in bytes: documentation, "Storage". */
const BYTES_PER_SAMPLE = 2
const EXPORTS_PER_HOUR = { 'every 5 s': 720, 'every 60 s': 60 } as const

/** The tables of docs/scaling.md. */
export function costTables(weights: Weights): string {
  const { calls, spans, events, exports, series } = weights
  const perCall = (amount: number): number => amount / calls
  return [
    `Weighed: ${whole(calls)} calls to three hosts under limiter, breaker and retry, ${whole(spans)} spans, ${whole(events)} events, ${exports} exports.`,
    '',
    '| a million calls                         |                                |',
    '| --------------------------------------- | ------------------------------ |',
    `| spans                                   | ${whole(perCall(spans) * MILLION)}, ${size(perCall(weights.spanBytes) * MILLION)} of OTLP JSON lines |`,
    `| events                                  | ${whole(perCall(events) * MILLION)}, ${size(perCall(weights.eventBytes) * MILLION)} of OTLP JSON lines |`,
    `| Collector, to take and write them       | ${seconds(weights.collectorMicros, perCall(spans + events))} of CPU |`,
    '| metrics                                 | nothing: series do not grow with calls |',
    '',
    '| an instance, whatever it calls          |                                |',
    '| --------------------------------------- | ------------------------------ |',
    `| series in Prometheus                    | ${whole(series)} |`,
    `| one export, OTLP JSON line              | ${size(weights.exportBytes)} |`,
    ...Object.entries(EXPORTS_PER_HOUR).map(
      ([name, count]) =>
        `| an hour, exported ${name.padEnd(10)}            | ${whole(series * count)} samples, ${size(series * count * BYTES_PER_SAMPLE)} in Prometheus at ${BYTES_PER_SAMPLE} bytes each, ${seconds(weights.prometheusMicros, (series * count) / MILLION)} of its CPU |`,
    ),
  ].join('\n')
}

/** The first cells of the tables' rows: what a committed page must have, whatever the figures. */
export function rowNames(tables: string): string[] {
  return tables
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|')[1]?.trim() ?? '')
    .filter((name) => !/^-+$/u.test(name))
}

/** CPU of a million times `count` items, from microseconds an item. */
function seconds({ median, low, high }: Spread, count: number): string {
  const text = (micros: number): string =>
    String(Number((Math.max(0, micros) * count).toPrecision(2)))
  return `${text(median)} s (${text(low)}–${text(high)})`
}

function size(bytes: number): string {
  const [unit, by] =
    bytes < 1e6
      ? (['kB', 1e3] as const)
      : bytes < 1e9
        ? (['MB', 1e6] as const)
        : (['GB', 1e9] as const)
  return `${Number((bytes / by).toPrecision(3))} ${unit}`
}

function whole(amount: number): string {
  return Math.round(amount).toLocaleString('en-US')
}
