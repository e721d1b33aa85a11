import { createEngine, type Engine } from '@plimsoll/promql'
import { beforeAll, describe, expect, test } from 'vitest'

import { valueOf } from './answers.ts'
import { counter, line, numberPoint } from './otlp.ts'

/** A run of 60 s, exported every 15 s: 100 good calls, 3 failures, and one thing that happened once. */
const exported: readonly (readonly [at: number, calls: Readonly<Record<string, number>>])[] = [
  [15, { ok: 20 }],
  [30, { ok: 45, err: 1 }],
  [45, { ok: 75, err: 2 }],
  [60, { ok: 100, err: 3, once: 1 }],
]
const truth = { ok: 100, err: 3, once: 1 }
/** When each series was created: strictly before its first point. */
const created = { ok: 1, err: 22, once: 59 }

function otlp(
  startOf: (kind: keyof typeof truth, firstAt: number) => number | undefined,
): string[] {
  const firstAt = { ok: 15, err: 30, once: 60 }
  return exported.map(([at, calls]) => {
    const points = Object.entries(calls).map(([kind, count]) => {
      const name = kind as keyof typeof truth
      const start = startOf(name, firstAt[name])
      return numberPoint(count, {
        at,
        ...(start === undefined ? {} : { start }),
        attributes: { kind },
      })
    })
    return line([counter('call', points)], { 'service.name': 'app' })
  })
}

const anchored = (kind: string): string => `sum(increase(call_total{kind="${kind}"}[1h] anchored))`
const last = (kind: string): string => `sum(last_over_time(call_total{kind="${kind}"}[1h]))`

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

describe('100 calls, 3 failures and one event', () => {
  test.each([60, 70, 200, 3000])('are counted exactly when asked after %i s', (seconds) => {
    engine.clear()
    engine.load(otlp((kind) => created[kind]))

    for (const [kind, count] of Object.entries(truth)) {
      expect(valueOf(engine, anchored(kind), seconds)).toBe(String(count))
      expect(valueOf(engine, last(kind), seconds)).toBe(String(count))
    }
    const ratio = `${anchored('err')} / (${anchored('ok')} + ${anchored('err')})`
    expect(Number(valueOf(engine, ratio, seconds))).toBeCloseTo(3 / 103, 12)
  })

  test('are counted exactly from a foreign SDK that gives the first export as the start', () => {
    engine.clear()
    const report = engine.load(otlp((_, firstAt) => firstAt))

    expect(report.adjustedStarts).toBe(3)
    for (const [kind, count] of Object.entries(truth)) {
      expect(valueOf(engine, anchored(kind), 70)).toBe(String(count))
    }
  })

  test('lose their first value where no start is known', () => {
    engine.clear()
    const report = engine.load(otlp(() => undefined))

    expect(report.adjustedStarts).toBe(0)
    expect(['ok', 'err', 'once'].map((kind) => valueOf(engine, anchored(kind), 70))).toEqual([
      '80',
      '2',
      '0',
    ])
    expect(['ok', 'err', 'once'].map((kind) => valueOf(engine, last(kind), 70))).toEqual([
      '100',
      '3',
      '1',
    ])
  })
})
