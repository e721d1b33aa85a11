import { createEngine, type Engine, type InstantResult } from '@plimsoll/promql'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'

import { valueOf } from './answers.ts'
import { coarser, exponentialOf } from './exponential-buckets.ts'
import {
  epochSeconds,
  exponentialHistogram,
  exponentialPoint,
  type ExponentialValues,
  line,
} from './otlp.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

function load(name: string, values: ExponentialValues, at = 0, start = at - 1, life = ''): void {
  const point = exponentialPoint(values, { at, start, attributes: life === '' ? {} : { life } })
  const report = engine.load([line([exponentialHistogram(name, [point])])])
  expect(report.problems).toEqual([])
}

/** A scale, and observations that its buckets can tell apart without there being a million of them. */
const scaled = fc.integer({ min: -4, max: 20 }).chain((scale) =>
  fc.record({
    scale: fc.constant(scale),
    observations: observationsWithin(Math.min(40, 1000 / 2 ** scale)),
  }),
)

function observationsWithin(doublings: number): fc.Arbitrary<number[]> {
  return fc
    .record({
      centre: fc.double({ min: -20, max: 20, noNaN: true }),
      places: fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), {
        minLength: 1,
        maxLength: 60,
      }),
    })
    .map(({ centre, places }) => places.map((place) => 2 ** (centre + place * doublings)))
}

describe('whatever is observed,', () => {
  test('a quantile is off by one bucket at most, and count and sum are told', () => {
    fc.assert(
      fc.property(scaled, fc.double({ min: 0, max: 1, noNaN: true }), (given, place) => {
        const { scale, observations } = given
        const sorted = observations.toSorted((a, b) => a - b)
        const rank = Math.min(sorted.length, Math.floor(place * sorted.length) + 1)
        engine.clear()
        load('seen', exponentialOf(observations, scale))

        // Half an observation before the rank, where rounding cannot reach the next one.
        const quantile = (rank - 0.5) / sorted.length
        const got = Number(valueOf(engine, `histogram_quantile(${quantile}, seen)`, 0))
        const truth = sorted[rank - 1] ?? Number.NaN
        const width = 2 ** -Math.min(scale, 8)
        expect(Math.abs(Math.log2(got) - Math.log2(truth))).toBeLessThanOrEqual(width + 1e-9)
        expect(valueOf(engine, 'histogram_count(seen)', 0)).toBe(String(observations.length))
        const sum = observations.reduce((total, one) => total + one, 0)
        expect(Number(valueOf(engine, 'histogram_sum(seen)', 0))).toBe(sum)
        expect(Number(valueOf(engine, 'histogram_avg(seen)', 0))).toBe(sum / observations.length)
      }),
      { numRuns: 300 },
    )
  })

  test('the share below a bound of the buckets is exact, on both sides of zero', () => {
    const signed = fc.array(
      fc.tuple(fc.constantFrom(-1, 0, 1), fc.double({ min: 0.001, max: 1000, noNaN: true })),
      { minLength: 1, maxLength: 60 },
    )
    fc.assert(
      fc.property(
        signed,
        fc.integer({ min: -4, max: 4 }),
        fc.integer({ min: -8, max: 8 }),
        fc.constantFrom(-1, 1),
        (pairs, scale, index, sign) => {
          const observations = pairs.map(([side, size]) => side * size)
          const bound = sign * 2 ** (index / 2 ** scale)
          engine.clear()
          load('seen', exponentialOf(observations, scale))

          // A bucket below zero includes its lower bound, one above zero its upper.
          const below = observations.filter((one) => (sign < 0 ? one < bound : one <= bound))
          const share = Number(valueOf(engine, `histogram_fraction(-Inf, ${bound}, seen)`, 0))
          expect(share * observations.length).toBeCloseTo(below.length, 9)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a finer scale than any native one', () => {
  test('is counted as if it had been observed at the finest native one', () => {
    const given = fc
      .integer({ min: 9, max: 20 })
      .chain((scale) =>
        fc.tuple(
          fc.constant(scale),
          observationsWithin(1000 / 2 ** scale),
          observationsWithin(1000 / 2 ** scale),
        ),
      )
    fc.assert(
      fc.property(given, ([scale, above, below]) => {
        const observations = [...above, ...below.map((one) => -one), 0]
        engine.clear()
        load('fine', exponentialOf(observations, scale))
        load('coarse', exponentialOf(observations, 8))

        expect(bare(engine.instant('fine', epochSeconds))).toEqual(
          bare(engine.instant('coarse', epochSeconds)),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('is merged by pairs of buckets, empty ones included', () => {
    const buckets = fc.record({
      offset: fc.integer({ min: -3000, max: 3000 }),
      counts: fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 9 })), { maxLength: 50 }),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: 14 }),
        buckets,
        buckets,
        (scale, positive, negative) => {
          engine.clear()
          load('fine', { scale, positive, negative })
          load('coarse', {
            scale: 8,
            positive: coarser(positive, scale - 8),
            negative: coarser(negative, scale - 8),
          })

          expect(bare(engine.instant('fine', epochSeconds))).toEqual(
            bare(engine.instant('coarse', epochSeconds)),
          )
        },
      ),
      { numRuns: 300 },
    )
  })
})

function bare(answer: InstantResult): unknown {
  if (answer.resultType !== 'vector') throw new Error(`a ${answer.resultType}`)
  return answer.result.map((one) => ('histogram' in one ? one.histogram : one.value))
}

describe('histograms that begin at nothing', () => {
  const life = fc.record({
    pause: fc.integer({ min: 1, max: 20 }),
    delay: fc.integer({ min: 1, max: 9 }),
    /** How many were seen between two exports; scales fall as exporters let them. */
    exports: fc.array(
      fc.record({
        seen: fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { maxLength: 5 }),
        coarser: fc.nat({ max: 2 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })

  test('are counted exactly through every restart and every change of scale, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(life, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 250 }),
        (lives, late) => {
          engine.clear()
          let truth = 0
          let end = 0
          for (const [instance, restarts] of lives.entries()) {
            let now = 0
            for (const { pause, delay, exports } of restarts) {
              const start = now + pause
              now = start + delay
              let scale = 6
              const all: number[] = []
              for (const { seen, coarser: steps } of exports) {
                all.push(...seen)
                scale = Math.max(-4, scale - steps)
                load('seen', exponentialOf(all, scale), now, start, String(instance))
                end = Math.max(end, now)
                now += 5
              }
              truth += all.length
            }
          }

          const counted = 'sum(histogram_count(increase(seen[1h] anchored)))'
          expect(Number(valueOf(engine, counted, end + late))).toBeCloseTo(truth, 9)
        },
      ),
      { numRuns: 150 },
    )
  })
})
