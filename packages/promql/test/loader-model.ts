import type { Engine } from '@plimsoll/promql'
import fc from 'fast-check'

import {
  counter,
  epochSeconds,
  gauge,
  histogram,
  histogramPoint,
  line,
  numberPoint,
  type OtlpMetric,
  upDownCounter,
} from './otlp.ts'
import { seriesKey } from './promqltest/series.ts'

type Attributes = Readonly<Record<string, string>>

export interface ModelPoint {
  readonly type: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
  readonly name: string
  readonly unit: string
  readonly resource: Attributes
  readonly attributes: Attributes
  /** Seconds after the tests' epoch. */
  readonly at: number
  readonly value: number
  readonly counts: readonly number[]
}

const bounds = [0.005, 1, 2.5, 10]

const pointArbitrary: fc.Arbitrary<ModelPoint> = fc.record({
  type: fc.constantFrom('counter', 'updowncounter', 'gauge', 'histogram'),
  name: fc.constantFrom('call.count', 'wait', 'body_size', 'déjà.vu', '5xx', 'a__b'),
  unit: fc.constantFrom('', 's', 'By', '1', '{call}', 'By/s'),
  resource: fc.record(
    {
      'service.name': fc.constantFrom('app', 'shop'),
      'service.namespace': fc.constant('ns'),
      'service.instance.id': fc.constantFrom('i-1', 'i-2'),
      'resilience.run.id': fc.constantFrom('r1', 'r2'),
      'host.name': fc.constantFrom('h1', 'ü"\\\n'),
    },
    { requiredKeys: ['service.name'] },
  ),
  attributes: fc.record(
    {
      'http.request.method': fc.constantFrom('GET', 'POST', ''),
      le: fc.constant('own'),
      _private: fc.string({ maxLength: 5 }),
      '1st': fc.constant('x'),
    },
    { requiredKeys: [] },
  ),
  at: fc.integer({ min: 0, max: 100_000 }).map((ms) => ms / 1000),
  value: fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  counts: fc.array(fc.nat({ max: 1000 }), {
    minLength: bounds.length + 1,
    maxLength: bounds.length + 1,
  }),
})

/** Points of distinct times, so that the order of files and lines makes no difference. */
export const pointsArbitrary: fc.Arbitrary<ModelPoint[]> = fc.uniqueArray(pointArbitrary, {
  selector: ({ at }) => at,
  minLength: 1,
  maxLength: 30,
})

/** The point as a line of OTLP. */
export function lineOf(point: ModelPoint): string {
  return line([metricOf(point)], point.resource)
}

function metricOf({ type, name, unit, attributes, at, value, counts }: ModelPoint): OtlpMetric {
  const options = { at, start: at - 0.5, attributes }
  if (type === 'histogram') {
    return histogram(name, [histogramPoint({ bounds, counts, sum: value }, options)], unit)
  }
  const build = { counter, updowncounter: upDownCounter, gauge }[type]
  return build(name, [numberPoint(value, options)], unit)
}

/** Samples by series, written `seconds value`. */
export type Content = Readonly<Record<string, readonly string[]>>

/** What the store should hold. Names come from the engine: that they are right is tested elsewhere. */
export function expectedContent(engine: Engine, points: readonly ModelPoint[]): Content {
  const content: Record<string, string[]> = {}
  const put = (labels: Attributes, at: number, value: number): void => {
    const filled = Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== ''))
    ;(content[seriesKey(filled)] ??= []).push(sampleText(epochSeconds + at, value))
  }
  for (const point of points.toSorted((a, b) => a.at - b.at)) {
    const { 'service.name': service = '', 'service.namespace': namespace } = point.resource
    const instance = point.resource['service.instance.id'] ?? ''
    const runId = point.resource['resilience.run.id'] ?? ''
    const job = namespace === undefined ? service : `${namespace}/${service}`
    const identity = { job, instance, resilience_run_id: runId }
    const own = { ...translated(engine, point.attributes), ...identity, service_name: service }
    for (const [labels, value] of seriesOf(point, engine.metricName(point)))
      put({ ...own, ...labels }, point.at, value)
    const host = point.resource['host.name'] ?? ''
    if (host + runId !== '')
      put({ __name__: 'target_info', ...identity, host_name: host }, point.at, 1)
  }
  return content
}

function translated(engine: Engine, attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, text]) => [engine.labelName(key), text]),
  )
}

function* seriesOf(
  point: ModelPoint,
  name: string,
): Generator<[labels: Attributes, value: number]> {
  if (point.type !== 'histogram') {
    yield [{ __name__: name }, point.value]
    return
  }
  const total = point.counts.reduce((sum, one) => sum + one, 0)
  yield [{ __name__: `${name}_sum` }, point.value]
  yield [{ __name__: `${name}_count` }, total]
  let cumulative = 0
  for (const [i, bound] of bounds.entries()) {
    cumulative += point.counts[i] ?? 0
    yield [{ __name__: `${name}_bucket`, le: String(bound) }, cumulative]
  }
  yield [{ __name__: `${name}_bucket`, le: '+Inf' }, total]
}

/** What the store holds. */
export function contentOf(engine: Engine): Content {
  const answer = engine.instant('{__name__=~".+"}[1d]', epochSeconds + 1000)
  if (answer.resultType !== 'matrix') throw new Error('a range selector gives a matrix')
  return Object.fromEntries(
    answer.result.map(({ metric, values }) => [
      seriesKey(metric),
      (values ?? []).map(([seconds, value]) => sampleText(seconds, Number(value))),
    ]),
  )
}

function sampleText(seconds: number, value: number): string {
  return `${Math.round(seconds * 1000)} ${value}`
}
