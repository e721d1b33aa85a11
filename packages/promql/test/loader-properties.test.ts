import { createEngine, type Engine } from '@plimsoll/promql'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'

import { valueOf } from './answers.ts'
import { contentOf, expectedContent, lineOf, pointsArbitrary } from './loader-model.ts'
import { counter, line, numberPoint } from './otlp.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

describe('whatever OTLP holds,', () => {
  test('the store holds the series that follow from it, however it is split into files', () => {
    fc.assert(
      fc.property(pointsArbitrary, fc.integer({ min: 1, max: 3 }), (points, files) => {
        engine.clear()
        const lines = points.map(lineOf)
        const loads = Array.from({ length: files }, (_, file) =>
          engine.load(lines.filter((_line, i) => i % files === file)),
        )

        const unlike = loads.flatMap(({ problems }) =>
          problems.filter(({ kind }) => kind !== 'metric-collision'),
        )
        expect(unlike).toEqual([])
        expect(loads.reduce((sum, load) => sum + load.points, 0)).toBe(points.length)
        expect(contentOf(engine)).toEqual(expectedContent(engine, points))
      }),
      { numRuns: 200 },
    )
  })

  test('text that is none of it is reported and never thrown', () => {
    const metrics = line([counter('tick', [numberPoint(1, { at: 0, start: -1 })])])
    const mutated = fc
      .tuple(fc.nat({ max: metrics.length }), fc.nat({ max: 10 }), fc.string({ maxLength: 5 }))
      .map(([at, cut, text]) => metrics.slice(0, at) + text + metrics.slice(at + cut))
    const text = fc.oneof(fc.string(), fc.json(), mutated).filter((one) => !/[\n\r]/u.test(one))

    fc.assert(
      fc.property(text, (one) => {
        engine.clear()
        const report = engine.load([one, metrics])

        const told = report.problemCount + report.ignoredLines + report.points
        expect(told).toBeGreaterThanOrEqual(isBlank(one) ? 1 : 2)
        expect(valueOf(engine, 'count(tick_total)', 0)).toBeDefined()
        expect(report.problems.filter(({ kind }) => kind === 'corrupt-json').length).toBe(
          isJson(one) ? 0 : 1,
        )
      }),
      { numRuns: 500 },
    )
  })
})

function isBlank(text: string): boolean {
  return /^[ \t]*$/u.test(text)
}

function isJson(text: string): boolean {
  if (isBlank(text)) return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('counters that begin at nothing', () => {
  const life = fc.record({
    /** Seconds from the end of the life before to the creation of the counter, and to its first export. */
    pause: fc.integer({ min: 1, max: 20 }),
    delay: fc.integer({ min: 1, max: 9 }),
    increments: fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 6 }),
  })
  const instances = fc.array(fc.array(life, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })

  test('are counted exactly through every restart, whenever it is asked', () => {
    fc.assert(
      fc.property(instances, fc.nat({ max: 250 }), (lives, late) => {
        engine.clear()
        const lines: string[] = []
        let truth = 0
        let end = 0
        for (const [instance, restarts] of lives.entries()) {
          let now = 0
          for (const { pause, delay, increments } of restarts) {
            const start = now + pause
            now = start + delay
            let value = 0
            for (const increment of increments) {
              value += increment
              const point = numberPoint(value, {
                at: now,
                start,
                attributes: { instance: String(instance) },
              })
              lines.push(line([counter('tick', [point])]))
              end = Math.max(end, now)
              now += 5
            }
            truth += value
          }
        }
        engine.load(lines)

        expect(valueOf(engine, 'sum(increase(tick_total[1h] anchored))', end + late)).toBe(
          String(truth),
        )
      }),
      { numRuns: 200 },
    )
  })
})
