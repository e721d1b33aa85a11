import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemoryMetricExporter,
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import { ATTRIBUTES as A, INSTRUMENTS, SCOPE_NAME } from '@plimsoll/semconv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCells, type Cells, type CollectedMetrics } from '../../src/index.ts'
import { VERSION } from '../../src/version.ts'
import { handClock, NOON_MS } from '../support/clock.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { told } from '../support/told-metric.ts'

interface Times {
  readonly startMs: number
  readonly endMs: number
}

function times(collected: CollectedMetrics): Times[] {
  return collected.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints }) =>
      dataPoints.map(({ startTime, endTime }) => ({
        startMs: startTime[0] * 1000 + startTime[1] / 1e6,
        endMs: endTime[0] * 1000 + endTime[1] / 1e6,
      })),
    ),
  )
}

function bindCounter(cells: Cells, source: string) {
  return cells.measures.bind('cacheLookups', { [A.source.key]: source })
}

describe('the times of a series', () => {
  test('begin with the series, not with the process or with another series', () => {
    const clock = handClock()
    const cells = createCells({ clock })
    clock.advance(1000)
    bindCounter(cells, 'a')
    clock.advance(1000)
    bindCounter(cells, 'b')
    clock.advance(1000)

    const first = times(cells.collect())
    clock.advance(5000)
    const second = times(cells.collect())

    expect(first).toEqual([
      { startMs: NOON_MS + 1000, endMs: NOON_MS + 3000 },
      { startMs: NOON_MS + 2000, endMs: NOON_MS + 3000 },
    ])
    expect(second).toEqual([
      { startMs: NOON_MS + 1000, endMs: NOON_MS + 8000 },
      { startMs: NOON_MS + 2000, endMs: NOON_MS + 8000 },
    ])
  })

  test('begin a millisecond before the first point of a series that is not older, and stay there', () => {
    const clock = handClock()
    const cells = createCells({ clock })
    bindCounter(cells, 'a')

    const first = times(cells.collect())
    clock.advance(5000)
    const second = times(cells.collect())

    expect(first).toEqual([{ startMs: NOON_MS - 1, endMs: NOON_MS }])
    expect(second).toEqual([{ startMs: NOON_MS - 1, endMs: NOON_MS + 5000 }])
  })

  test('always grow from point to point and lie after the beginning, whatever the wall clock does', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('epoch' as const), ms: fc.integer({ min: -1e7, max: 1e7 }) }),
      fc.record({ kind: fc.constant('bind' as const), ms: fc.constant(0) }),
      fc.record({ kind: fc.constant('collect' as const), ms: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = handClock()
        const cells = createCells({ clock })
        const starts = new Map<number, number>()
        let bound = 0
        const collections: Times[][] = []
        for (const { kind, ms } of steps) {
          if (kind === 'epoch') clock.setEpoch(clock.epoch() + ms)
          else if (kind === 'bind') bindCounter(cells, String((bound += 1)))
          else collections.push(times(cells.collect()))
        }

        const points = collections.flatMap((collection) => [...collection.entries()])
        const ends = collections.flatMap(([first]) => (first === undefined ? [] : [first.endMs]))
        for (const [index, { startMs }] of points) starts.set(index, starts.get(index) ?? startMs)
        expect(points.filter(([, { startMs, endMs }]) => startMs >= endMs)).toEqual([])
        expect(points.filter(([index, { startMs }]) => startMs !== starts.get(index))).toEqual([])
        expect(ends).toEqual([...new Set(ends)].toSorted((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a collection', () => {
  test('names the scope and its version', () => {
    const cells = createCells({ clock: handClock() })
    bindCounter(cells, 'a')
    cells.meterProvider
      .getMeter('app', '1.2.3', { schemaUrl: 'https://example.org/schema' })
      .createCounter('hits')
      .add(1)

    expect(cells.collect().map(({ scope }) => scope)).toEqual([
      { name: SCOPE_NAME, version: VERSION },
      { name: 'app', version: '1.2.3', schemaUrl: 'https://example.org/schema' },
    ])
  })

  test('is a copy: what is recorded afterwards does not change it', () => {
    const cells = createCells({ clock: handClock() })
    const series = cells.measures.bind('callDuration', {})
    series.record(1)

    const collected = cells.collect()
    const before = structuredClone(collected)
    series.record(2)

    expect(collected).toEqual(before)
  })

  test('of nothing is empty', () => {
    expect(createCells({ clock: handClock() }).collect()).toEqual([])
  })

  test('counts series whether they report or not, the overflow too', () => {
    const cells = createCells({ clock: handClock(), maxSeriesPerInstrument: 2 })
    cells.measures.bind('callDuration', {})
    for (const source of ['a', 'b', 'c', 'd']) bindCounter(cells, source)
    cells.meterProvider.getMeter('app').createCounter('hits').add(1, { x: 1 })

    expect(cells.seriesCount()).toBe(1 + 3 + 1)
  })
})

describe('what cells hand out', () => {
  test('is taken by the serialiser of OTLP JSON as it is', () => {
    const clock = handClock()
    const cells = createCells({ clock })
    cells.measures
      .bind('callDuration', { [A.method.key]: 'GET', [A.serverPort.key]: 443 })
      .record(0.3)
    bindCounter(cells, 'a').record(2)
    clock.advance(1500)

    const bytes = JsonMetricsSerializer.serializeRequest({
      resource: resourceFromAttributes({ [A.serviceName.key]: 'harvest' }),
      scopeMetrics: scopesOf(cells),
    })

    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({
      resourceMetrics: [
        {
          resource: {
            attributes: [{ key: A.serviceName.key, value: { stringValue: 'harvest' } }],
            droppedAttributesCount: 0,
          },
          scopeMetrics: [
            {
              scope: { name: SCOPE_NAME, version: VERSION },
              metrics: [
                {
                  name: INSTRUMENTS.callDuration.name,
                  description: INSTRUMENTS.callDuration.brief,
                  unit: 's',
                  histogram: {
                    aggregationTemporality: 2,
                    dataPoints: [
                      {
                        attributes: [
                          { key: A.method.key, value: { stringValue: 'GET' } },
                          { key: A.serverPort.key, value: { intValue: 443 } },
                        ],
                        bucketCounts: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                        explicitBounds: [...INSTRUMENTS.callDuration.boundaries],
                        count: 1,
                        sum: 0.3,
                        min: 0.3,
                        max: 0.3,
                        startTimeUnixNano: `${NOON_MS}000000`,
                        timeUnixNano: `${NOON_MS + 1500}000000`,
                      },
                    ],
                  },
                },
                {
                  name: INSTRUMENTS.cacheLookups.name,
                  description: INSTRUMENTS.cacheLookups.brief,
                  unit: '{lookup}',
                  sum: {
                    aggregationTemporality: 2,
                    isMonotonic: true,
                    dataPoints: [
                      {
                        attributes: [{ key: A.source.key, value: { stringValue: 'a' } }],
                        startTimeUnixNano: `${NOON_MS}000000`,
                        timeUnixNano: `${NOON_MS + 1500}000000`,
                        asInt: 2,
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    })
  })

  test('reaches an exporter of the SDK through a metric producer', async () => {
    const cells = createCells({ clock: handClock() })
    bindCounter(cells, 'a').record(2)
    const resource = resourceFromAttributes({})
    const producer: MetricProducer = {
      collect: async () => ({
        errors: [],
        resourceMetrics: { resource, scopeMetrics: scopesOf(cells) },
      }),
    }
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, metricProducers: [producer] })
    const provider = new MeterProvider({ resource, readers: [reader] })

    await provider.forceFlush()
    const exported = exporter.getMetrics().flatMap(({ scopeMetrics }) => told(scopeMetrics))
    await provider.shutdown()

    expect(exported.map(({ name, points }) => ({ name, points }))).toEqual([
      {
        name: INSTRUMENTS.cacheLookups.name,
        points: [{ attributes: { [A.source.key]: 'a' }, value: 2 }],
      },
    ])
  })
})
