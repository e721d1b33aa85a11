import { createEngine, type Engine, type LoadReport } from '@plimsoll/promql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { valueOf } from './answers.ts'
import {
  counter,
  epochSeconds,
  gauge,
  histogram,
  histogramPoint,
  line,
  numberPoint,
  upDownCounter,
} from './otlp.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

beforeEach(() => {
  engine.clear()
})

function kinds(report: LoadReport): string[] {
  return report.problems.map((one) => `${one.file}:${one.line} ${one.kind}`)
}

function tickLine(at: number, value = at): string {
  return line([counter('tick', [numberPoint(value, { at, start: -1 })])])
}

describe('a load', () => {
  const many = [0, 5, 10].map((at) => tickLine(at, at + 1))

  test.each([
    ['a string', many.join('\n')],
    ['a string with a line end', `${many.join('\r\n')}\n`],
    ['bytes', new TextEncoder().encode(many.join('\n'))],
    ['lines', many],
    ['lines with their ends', many.map((text) => `${text}\n`)],
    ['a string with blank lines and a byte order mark', `\uFEFF${many.join('\n\n \n')}`],
  ])('takes %s', (_, lines) => {
    const report = engine.load(lines, 'a.jsonl')

    expect(report).toMatchObject({ lines: 3, points: 3, series: 1, samples: 3, problemCount: 0 })
    expect(report).toMatchObject({ minTime: epochSeconds, maxTime: epochSeconds + 10 })
    expect(valueOf(engine, 'sum(increase(tick_total[1h] anchored))', 10)).toBe('11')
  })

  test('takes more than fits into one piece, wherever it is cut', () => {
    const padding = 'ü'.repeat(1000)
    const lines = Array.from({ length: 5000 }, (_, i) =>
      line([
        counter('tick', [numberPoint(i + 1, { at: i / 100, start: -1, attributes: { padding } })]),
      ]),
    )

    const report = engine.load(lines.join('\n'))

    expect(report).toMatchObject({ lines: 5000, points: 5000, series: 1, problemCount: 0 })
    expect(valueOf(engine, 'sum(increase(tick_total[1h] anchored))', 50)).toBe('5000')
  })

  test('takes nothing', () => {
    expect(engine.load('')).toMatchObject({
      lines: 0,
      points: 0,
      problemCount: 0,
      minTime: null,
      maxTime: null,
    })
    expect(engine.load([])).toMatchObject({ lines: 0 })
  })

  test('adds to what was loaded, and brings files that overlap into order', () => {
    engine.load([tickLine(10, 3), tickLine(30, 9)], 'late.jsonl')

    const report = engine.load([tickLine(0, 1), tickLine(20, 5), tickLine(30, 9)], 'early.jsonl')

    expect(report.problems).toEqual([])
    expect(engine.instant('tick_total[1m]', epochSeconds + 30)).toMatchObject({
      result: [
        {
          values: [
            [epochSeconds, '1'],
            [epochSeconds + 10, '3'],
            [epochSeconds + 20, '5'],
            [epochSeconds + 30, '9'],
          ],
        },
      ],
    })
  })

  test('keeps the later of two values of one time, and says where both are', () => {
    engine.load([tickLine(0, 1)], 'a.jsonl')

    const report = engine.load([tickLine(5, 2), tickLine(0, 4)], 'b.jsonl')

    expect(kinds(report)).toEqual(['b.jsonl:2 conflicting-sample'])
    expect(report.problems[0]?.message).toContain('1, and then 4 from b.jsonl line 2')
    expect(valueOf(engine, 'sum(tick_total)', 0)).toBe('4')
  })

  test('gives a monotonic series that starts at its own first point a start before it', () => {
    const points = [0, 10, 20].map((at) => numberPoint(at + 5, { at, start: 0 }))
    const wait = histogramPoint({ bounds: [1], counts: [2, 1], sum: 1 }, { at: 0, start: 3 })

    const report = engine.load([
      line([
        counter('tick', points),
        histogram('wait', [wait]),
        gauge('depth', points),
        upDownCounter('busy', points),
      ]),
    ])

    expect(report.adjustedStarts).toBe(2)
    expect(valueOf(engine, 'sum(increase(tick_total[1h] anchored))', 20)).toBe('25')
    expect(valueOf(engine, 'sum(increase(wait_bucket{le="+Inf"}[1h] anchored))', 20)).toBe('3')
    expect(valueOf(engine, 'sum(resets(tick_total[1h]))', 20)).toBe('0')
  })

  test('gives that start to points of later loads too', () => {
    engine.load([line([counter('tick', [numberPoint(5, { at: 0, start: 0 })])])])

    const report = engine.load([line([counter('tick', [numberPoint(9, { at: 10, start: 0 })])])])

    expect(report.adjustedStarts).toBe(0)
    expect(valueOf(engine, 'sum(increase(tick_total[1h] anchored))', 20)).toBe('9')
  })
})
