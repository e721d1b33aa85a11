import type { Engine } from '@plimsoll/promql'

import type { Point } from './points.ts'
import type { LoadedSeries } from './script.ts'

/**
 * The series of a `load` as one OTLP line, so that a script goes through the loader as a run's files do. Every series
 * is a gauge, whose name and start timestamps the loader leaves as they are.
 */
export function otlpOfLoad(
  engine: Engine,
  series: readonly LoadedSeries[],
  stepMs: number,
): string {
  const metrics = series.map((one) => metricOf(engine, one, stepMs))
  return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
}

function metricOf(
  engine: Engine,
  { labels, points, starts }: LoadedSeries,
  stepMs: number,
): object {
  const { __name__: name = '', ...others } = labels
  if (engine.metricName({ name, unit: '', type: 'gauge' }) !== name) {
    throw new Error(`a series cannot be called "${name}": OTLP would change the name`)
  }
  const attributes = Object.entries(others).map(([key, stringValue]) => {
    if (engine.labelName(key) !== key) throw new Error(`OTLP would change the label "${key}"`)
    return { key, value: { stringValue } }
  })
  const dataPoints = points.flatMap((point, i) =>
    point === undefined ? [] : [{ attributes, ...pointOf(point, starts?.[i], i * stepMs) }],
  )
  return { name, gauge: { dataPoints } }
}

function pointOf(point: number | 'stale', start: Point, timeMs: number): object {
  return {
    timeUnixNano: nanos(timeMs),
    ...(typeof start === 'number' ? { startTimeUnixNano: startNanos(timeMs + start) } : {}),
    ...(point === 'stale' ? { flags: 1 } : { asDouble: doubleOf(point) }),
  }
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
