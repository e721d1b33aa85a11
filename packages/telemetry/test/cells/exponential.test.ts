import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationType } from '@opentelemetry/sdk-metrics'
import { INSTRUMENTS } from '@plimsoll/semconv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base2Index } from '../../src/cells/base2-index.ts'
import type { ExponentialValue } from '../../src/cells/collected.ts'
import { ExponentialCell } from '../../src/cells/exponential.ts'
import { createCells } from '../../src/index.ts'
import { handClock } from '../support/clock.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { sdkMetrics } from '../support/sdk-metrics.ts'

/** Durations as a program has them, and whatever else a number above 0 may be. */
const duration = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 1e-4, max: 100, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: -1074, max: 1023 }).map((power) => 2 ** power) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) },
)
const durations = fc.array(duration, { minLength: 1, maxLength: 300 })

function cellWith(values: readonly number[], maxScale?: number, maxSize?: number): ExponentialCell {
  const cell = new ExponentialCell([...ExponentialCell.initial(maxScale, maxSize)], false, () => {})
  for (const value of values) cell.record(value)
  return cell
}

describe('a bucket', () => {
  test('holds powers of two as its upper bound, at every scale', () => {
    for (let scale = -10; scale <= 20; scale += 1) {
      for (let power = -1022; power <= 1023; power += 1) {
        const expected = Math.ceil(power * 2 ** scale) - 1
        expect(base2Index(2 ** power, scale), `2^${power} at scale ${scale}`).toBe(expected)
      }
    }
  })

  test('reaches from above its lower to its upper bound, but for the last bits of a logarithm', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.integer({ min: -4, max: 8 }),
        (value, scale) => {
          const index = base2Index(value, scale)
          const near = 1e-12
          expect(value).toBeGreaterThan(2 ** (index / 2 ** scale) * (1 - near))
          expect(value).toBeLessThanOrEqual(2 ** ((index + 1) / 2 ** scale) * (1 + near))
        },
      ),
    )
  })

  test('holds the numbers next to a power of two on their side of it', () => {
    for (let power = -1021; power <= 1022; power += 1) {
      const [below, above] = [2 ** power * (1 - 2 ** -53), 2 ** power * (1 + 2 ** -52)]
      expect(base2Index(below, 8), `below 2^${power}`).toBe(power * 256 - 1)
      expect(base2Index(above, 8), `above 2^${power}`).toBe(power * 256)
    }
    expect(base2Index(Number.MAX_VALUE, 8)).toBe(1024 * 256 - 1)
    expect(base2Index(Number.MIN_VALUE, 8)).toBe(-1022 * 256 - 1)
  })

  test('of a lower scale is that of a higher one, shifted', () => {
    fc.assert(
      fc.property(duration, fc.integer({ min: -9, max: 20 }), (value, scale) => {
        fc.pre(value > 0)
        expect(base2Index(value, scale - 1)).toBe(base2Index(value, scale) >> 1)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an exponential cell', () => {
  /** Beside a power of two the SDK trusts the last bit of a logarithm, where this cell looks at the exponent. */
  const singles = fc.array(
    duration.map((value) => (Math.log2(value) % 1 === 0 ? value : near(value))),
    {
      minLength: 1,
      maxLength: 300,
    },
  )

  test('has the buckets of the SDK for the same values, brought down to scale 8', async () => {
    await fc.assert(
      fc.asyncProperty(singles, async (values) => {
        expect(cellWith(values).value()).toEqual(coarsened(await sdkValue(values)))
      }),
      { numRuns: 300 },
    )
  })

  test('has the buckets of the SDK at its scale where it may be as fine', async () => {
    const size = fc.integer({ min: 2, max: 200 })
    await fc.assert(
      fc.asyncProperty(singles, size, async (values, maxSize) => {
        expect(cellWith(values, 20, maxSize).value()).toEqual(await sdkValue(values, maxSize))
      }),
      { numRuns: 300 },
    )
  })

  test('holds every value once, in at most 160 buckets, whatever came', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const { positive, zeroCount, count, sum, min, max, scale } = cellWith(values).value()

        const held = positive.bucketCounts.reduce((total, one) => total + one, 0)
        expect(held + zeroCount).toBe(values.length)
        expect(count).toBe(values.length)
        expect(zeroCount).toBe(values.filter((value) => value === 0).length)
        expect(sum).toBe(values.reduce((total, value) => total + value, 0))
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)])
        expect(positive.bucketCounts.length).toBeLessThanOrEqual(160)
        expect(scale).toBeLessThanOrEqual(8)
        // What has no form as a native histogram of Prometheus never comes.
        expect(scale).toBeGreaterThanOrEqual(-4)
      }),
    )
  })

  test('never becomes finer again: Prometheus would take it for a restart', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const cell = cellWith([])
        const scales = values.map((value) => {
          cell.record(value)
          return cell.value().scale
        })
        expect(scales).toEqual(scales.toSorted((a, b) => b - a))
      }),
    )
  })

  test('takes what a record adds, and tells a copy', () => {
    const cell = cellWith([1])
    const before = cell.value()
    cell.record(1)

    expect(before.positive).toEqual({ offset: -1, bucketCounts: [1] })
    expect(cell.value().positive).toEqual({ offset: -1, bucketCounts: [2] })
  })

  test('refuses what is no duration', () => {
    const refused: number[] = []
    const cell = new ExponentialCell([...ExponentialCell.initial()], false, (value) =>
      refused.push(value),
    )
    for (const value of [-1, NaN, Infinity, -Infinity]) cell.record(value)

    expect(refused).toEqual([-1, NaN, Infinity, -Infinity])
    expect(cell.reported()).toBe(false)
  })
})

describe('cells of which exponential histograms are asked', () => {
  const asked = (boundaries?: Record<string, readonly number[]>) => {
    const cells = createCells({
      clock: handClock(),
      histograms: 'exponential',
      ...(boundaries === undefined ? {} : { boundaries }),
    })
    cells.measures.bind('callDuration', {}).record(0.25)
    const advised = cells.meterProvider
      .getMeter('app')
      .createHistogram('wait', { advice: { explicitBucketBoundaries: [1, 2] } })
    advised.record(3)
    return cells
  }
  const types = (cells: ReturnType<typeof createCells>) =>
    Object.fromEntries(
      cells
        .collect()
        .flatMap(({ metrics }) => metrics)
        .map(({ descriptor, dataPointType }) => [descriptor.name, dataPointType]),
    )

  test('keep ours and those of the program so, with advice too', () => {
    expect(types(asked())).toEqual({ [INSTRUMENTS.callDuration.name]: 1, wait: 1 })
  })

  test('keep explicit buckets where the configuration names boundaries', () => {
    const boundaries = { [INSTRUMENTS.callDuration.name]: [3] }

    expect(types(asked(boundaries))).toEqual({ [INSTRUMENTS.callDuration.name]: 0, wait: 1 })
  })

  test('are written by both serialisers of OTLP', () => {
    const collected = { resource: resourceFromAttributes({}), scopeMetrics: scopesOf(asked()) }

    const json: unknown = JSON.parse(
      new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(collected)),
    )
    expect(json).toMatchObject({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                {
                  name: INSTRUMENTS.callDuration.name,
                  exponentialHistogram: {
                    aggregationTemporality: 2,
                    dataPoints: [
                      {
                        scale: 8,
                        count: 1,
                        sum: 0.25,
                        min: 0.25,
                        max: 0.25,
                        zeroCount: 0,
                        positive: { offset: -2 * 256 - 1, bucketCounts: [1] },
                      },
                    ],
                  },
                },
              ],
            },
            {},
          ],
        },
      ],
    })
    expect(ProtobufMetricsSerializer.serializeRequest(collected)?.length).toBeGreaterThan(100)
  })
})

/** What the SDK's aggregation, which begins at scale 20, makes of the same values. */
async function sdkValue(values: readonly number[], maxSize = 160): Promise<ExponentialValue> {
  const aggregation = {
    type: AggregationType.EXPONENTIAL_HISTOGRAM,
    options: { maxSize, recordMinMax: true },
  } as const
  const { provider, collect } = sdkMetrics([{ instrumentName: 'h', aggregation }])
  const histogram = provider.getMeter('m').createHistogram('h')
  for (const value of values) histogram.record(value)
  const [scope] = await collect()
  const value = scope?.metrics[0]?.dataPoints[0]?.value as ExponentialValue
  // Of nothing but zeros the SDK says scale 0 and one empty bucket.
  if (value.count === value.zeroCount) return { ...value, scale: 20, positive: NOTHING }
  return value
}

/** A few bits of it, so that it lies on no boundary by chance. */
function near(value: number): number {
  const step = 2 ** (Math.floor(Math.log2(value)) - 20)
  return value === 0 || value < 2 ** -1000 ? value : Math.floor(value / step) * step
}

const NOTHING = { offset: 0, bucketCounts: [] }

/** The same at scale 8, where it is finer. */
function coarsened(value: ExponentialValue): ExponentialValue {
  const steps = Math.max(0, value.scale - 8)
  const { offset, bucketCounts } = value.positive
  const merged: number[] = []
  for (const [at, count] of bucketCounts.entries()) {
    const to = ((offset + at) >> steps) - (offset >> steps)
    merged[to] = (merged[to] ?? 0) + count
  }
  const positive = { offset: offset >> steps, bucketCounts: merged }
  return { ...value, scale: value.scale - steps, positive }
}
