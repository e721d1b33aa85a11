import {
  diag,
  DiagLogLevel,
  ValueType,
  type Attributes,
  type MeterProvider,
} from '@opentelemetry/api'
import { ATTRIBUTES as A } from '@plimsoll/semconv'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createCells } from '../../src/index.ts'
import { handClock } from '../support/clock.ts'
import { sdkMetrics } from '../support/sdk-metrics.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { told, type ToldMetric } from '../support/told-metric.ts'

afterEach(() => diag.disable())

function warnings(): string[] {
  const heard: string[] = []
  const note = (message: string): number => heard.push(message)
  diag.setLogger(
    {
      error: note,
      warn: note,
      info: vi.fn<() => void>(),
      debug: vi.fn<() => void>(),
      verbose: vi.fn<() => void>(),
    },
    DiagLogLevel.WARN,
  )
  return heard
}

function keyOf(attributes: Attributes): string {
  const entries = Object.entries(attributes)
  return JSON.stringify(entries.toSorted(([a], [b]) => a.localeCompare(b)))
}

/** What a program does with a meter provider, whoever made it. */
function useEveryInstrument(provider: MeterProvider): void {
  const meter = provider.getMeter('app', '1.0.0')
  const options = { description: 'What it says.', unit: '{thing}' }
  const whole = meter.createCounter('app.whole', { ...options, valueType: ValueType.INT })
  whole.add(2.9, { a: 'x', b: 1 })
  whole.add(1, { b: 1, a: 'x' })
  meter.createCounter('app.broken').add(0.5)
  const level = meter.createUpDownCounter('app.level', options)
  level.add(3)
  level.add(-5)
  const last = meter.createGauge('app.last', { unit: '1' })
  last.record(1, { list: ['a', 'b'], flag: true })
  last.record(-2, { flag: true, list: ['a', 'b'] })
  for (const value of [0, 5, 6, 20_000]) meter.createHistogram('app.sizes').record(value)
  const advice = { explicitBucketBoundaries: [1, 2] }
  meter.createHistogram('app.advised', { ...options, advice }).record(1.5, { a: 'y' })
  meter.createObservableCounter('app.seen', options).addCallback((result) => {
    result.observe(7, { from: 'one' })
    result.observe(9, { from: 'two' })
  })
  meter.createObservableUpDownCounter('app.depth').addCallback((result) => result.observe(-4))
  const [x, y] = [meter.createObservableGauge('app.x'), meter.createObservableGauge('app.y')]
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(x, 1.5)
      result.observe(y, 2.5, { a: 'b' })
    },
    [x, y],
  )
}

describe("the program's instruments on cells", () => {
  test('are reported as the SDK would report them', async () => {
    const cells = createCells({ clock: handClock() })
    const sdk = sdkMetrics()

    useEveryInstrument(cells.meterProvider)
    useEveryInstrument(sdk.provider)

    const expected = told(await sdk.collect())
    expect(expected).toHaveLength(10)
    expect(told(scopesOf(cells))).toEqual(expected)
    expect(told(scopesOf(cells))).toEqual(told(await sdk.collect()))
  })

  test('are the same when they are asked for twice, in any case', () => {
    const cells = createCells({ clock: handClock() })

    for (const name of ['hits', 'Hits']) {
      cells.meterProvider.getMeter('app').createCounter(name).add(1)
    }

    expect(told(scopesOf(cells)).map(({ name, points }) => ({ name, points }))).toEqual([
      { name: 'hits', points: [{ attributes: {}, value: 2 }] },
    ])
  })

  test('are both reported, with a warning, when a name is used for two kinds', () => {
    const heard = warnings()
    const cells = createCells({ clock: handClock() })
    const meter = cells.meterProvider.getMeter('app')

    meter.createCounter('hits').add(1)
    meter.createUpDownCounter('hits').add(2)

    expect(told(scopesOf(cells)).map(({ type, points }) => [type, points[0]?.value])).toEqual([
      ['MONOTONIC SUM', 1],
      ['SUM', 2],
    ])
    expect(heard).toEqual([expect.stringContaining('instrument hits of scope app')])
  })

  test('take configured boundaries by their name', () => {
    const cells = createCells({ clock: handClock(), boundaries: { 'app.wait': [3] } })
    const advice = { explicitBucketBoundaries: [5, 1] }

    cells.meterProvider.getMeter('app').createHistogram('app.wait', { advice }).record(2)

    expect(told(scopesOf(cells))[0]?.points[0]?.value).toMatchObject({
      buckets: { boundaries: [1, 3, 5], counts: [0, 1, 0, 0] },
    })
  })

  test('leave out what no instrument can take, and say so once each', () => {
    const heard = warnings()
    const cells = createCells({ clock: handClock() })
    const meter = cells.meterProvider.getMeter('app')
    const wrong = [NaN, Infinity, 'five', 5n, Symbol('five'), null, undefined] as number[]

    for (const value of wrong) {
      meter.createCounter('counter', { valueType: ValueType.INT }).add(value)
      meter.createGauge('gauge').record(value)
      meter.createHistogram('histogram').record(value)
    }
    meter.createCounter('counter', { valueType: ValueType.INT }).add(-1)

    expect(told(scopesOf(cells)).map(({ name, points }) => ({ name, points }))).toEqual([
      { name: 'counter', points: [{ attributes: {}, value: 0 }] },
    ])
    expect(heard).toHaveLength(3)
  })

  test('take attributes of any sort without harm', () => {
    const cells = createCells({ clock: handClock() })
    const counter = cells.meterProvider.getMeter('app').createCounter('hits')
    const circular: Attributes = {}
    circular['self'] = circular

    for (const attributes of [null, circular, { big: 5n }, { list: [1, null, {}] }]) {
      counter.add(1, attributes as Attributes)
    }

    expect(told(scopesOf(cells))[0]?.points).toEqual([
      { attributes: { list: [1] }, value: 1 },
      { attributes: {}, value: 3 },
    ])
  })

  test('do not mistake an attribute object that a program changes and uses again', () => {
    const cells = createCells({ clock: handClock() })
    const counter = cells.meterProvider.getMeter('app').createCounter('hits')
    const attributes: Attributes = { list: ['a'], n: 1 }

    counter.add(1, attributes)
    attributes['n'] = 2
    counter.add(1, attributes)
    attributes['list'] = ['b']
    counter.add(1, attributes)

    expect(told(scopesOf(cells))[0]?.points).toEqual([
      { attributes: { list: ['a'], n: 1 }, value: 1 },
      { attributes: { list: ['a'], n: 2 }, value: 1 },
      { attributes: { list: ['b'], n: 2 }, value: 1 },
    ])
  })

  test('take boundaries that are no list for none', () => {
    const cells = createCells({ clock: handClock() })
    const advice = { explicitBucketBoundaries: 5 as unknown as number[] }
    cells.meterProvider.getMeter('app').createHistogram('sizes', { advice }).record(6)

    expect(told(scopesOf(cells))[0]?.points).toHaveLength(1)
  })

  test('take a name, unit or description that is no text as one', () => {
    const cells = createCells({ clock: handClock() })
    const meter = cells.meterProvider.getMeter('app')
    const untyped = meter as unknown as {
      createCounter(name: unknown, options?: unknown): { add(value: number): void }
    }

    untyped.createCounter(404, { unit: 5, description: null }).add(1)
    untyped.createCounter('hits', null).add(1)

    expect(scopesOf(cells)[0]?.metrics.map(({ descriptor }) => descriptor)).toEqual([
      { name: '404', unit: '5', description: '', valueType: ValueType.DOUBLE },
      { name: 'hits', unit: '', description: '', valueType: ValueType.DOUBLE },
    ])
  })

  test('fold what comes after the cap on series into one', () => {
    const cells = createCells({ clock: handClock(), maxSeriesPerInstrument: 10 })
    const counter = cells.meterProvider.getMeter('app').createCounter('hits')

    for (let user = 0; user < 1000; user += 1) counter.add(1, { user })

    const points = told(scopesOf(cells))[0]?.points ?? []
    expect(points).toHaveLength(11)
    expect(points).toContainEqual({ attributes: { [A.metricOverflow.key]: true }, value: 990 })
  })

  test('add up for each label set, as a plain table does', () => {
    const labels = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.oneof(fc.constantFrom('1', 'x'), fc.constantFrom(1, 2), fc.boolean()),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(labels, fc.integer({ min: 0, max: 9 }))), (records) => {
        const counter = new Map<string, number>()
        const cells = createCells({ clock: handClock() })
        const instrument = cells.meterProvider.getMeter('app').createCounter('hits')

        for (const [attributes, value] of records) {
          instrument.add(value, attributes)
          const key = keyOf(attributes)
          counter.set(key, (counter.get(key) ?? 0) + value)
        }

        const [metric] = told(scopesOf(cells)) as [ToldMetric?]
        const found = (metric?.points ?? []).map(
          ({ attributes, value }) => [keyOf(attributes), value] as const,
        )
        expect(new Map(found)).toEqual(counter)
      }),
    )
  })
})
