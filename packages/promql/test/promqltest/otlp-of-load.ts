import type { Engine } from '@plimsoll/promql'

import { otlpFields, type ScriptHistogram } from './native-histograms.ts'
import type { Offset, Point } from './points.ts'
import type { LoadedSeries } from './script.ts'

/**
 * The series of a `load` as one OTLP line, so that a script goes through the loader as a run's files do. Numbers are
 * gauges, whose name and start timestamps the loader leaves as they are; native histograms are exponential ones.
 */
export function otlpOfLoad(
  engine: Engine,
  series: readonly LoadedSeries[],
  stepMs: number,
): string {
  const metrics = series.flatMap((one) => metricsOf(engine, one, stepMs))
  return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
}

function metricsOf(
  engine: Engine,
  { labels, points, starts }: LoadedSeries,
  stepMs: number,
): object[] {
  const { __name__: name = '', ...others } = labels
  if (engine.metricName({ name, unit: '', type: 'gauge' }) !== name) {
    throw new Error(`a series cannot be called "${name}": OTLP would change the name`)
  }
  const attributes = Object.entries(others).map(([key, stringValue]) => {
    if (engine.labelName(key) !== key) throw new Error(`OTLP would change the label "${key}"`)
    return { key, value: { stringValue } }
  })
  const dataPoints = (are: (point: Point) => boolean): object[] =>
    points.flatMap((point, i) =>
      point === undefined || !are(point)
        ? []
        : [{ attributes, ...pointOf(point, starts?.[i], i * stepMs) }],
    )
  const ofHistograms = points.some(isHistogram)
  const isNumber = (point: Point): boolean =>
    typeof point === 'number' || (point === 'stale' && !ofHistograms)
  const histograms = {
    aggregationTemporality: 2,
    dataPoints: dataPoints((point) => !isNumber(point)),
  }
  return [
    { name, gauge: { dataPoints: dataPoints(isNumber) } },
    ...(ofHistograms ? [{ name, exponentialHistogram: histograms }] : []),
  ]
}

function isHistogram(point: Point): boolean {
  return typeof point === 'object'
}

function pointOf(point: number | ScriptHistogram | 'stale', start: Offset, timeMs: number): object {
  return {
    timeUnixNano: nanos(timeMs),
    ...(start === undefined ? {} : { startTimeUnixNano: startNanos(timeMs + start) }),
    ...valueOf(point),
  }
}

function valueOf(point: number | ScriptHistogram | 'stale'): object {
  if (point === 'stale') return { flags: 1 }
  return typeof point === 'number' ? { asDouble: doubleOf(point) } : otlpFields(point)
}

function startNanos(ms: number): string {
  if (ms <= 0) throw new Error(`a start timestamp of ${ms} ms cannot be told: OTLP's are above 0`)
  return nanos(ms)
}

function nanos(ms: number): string {
  return `${BigInt(ms) * 1_000_000n}`
}

function doubleOf(value: number): number | string {
  if (Object.is(value, -0)) return '-0' // JSON.stringify would drop the sign
  return Number.isFinite(value) ? value : String(value)
}
