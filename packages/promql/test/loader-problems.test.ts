import { createEngine, type Engine, type LoadReport } from '@plimsoll/promql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { valueOf, valuesOf } from './answers.ts'
import { counter, gauge, histogram, histogramPoint, line, nanos, numberPoint } from './otlp.ts'

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

const everything = '{__name__=~".+"}'

function tickLine(at: number, value = at): string {
  return line([counter('tick', [numberPoint(value, { at, start: -1 })])])
}

describe('a line that is no metrics', () => {
  test('is counted when it holds another signal', () => {
    const report = engine.load([
      '{"resourceSpans":[{}]}',
      '{"resourceLogs":[]}',
      '{}',
      tickLine(0, 1),
    ])

    expect(report).toMatchObject({ lines: 4, ignoredLines: 3, points: 1, problemCount: 0 })
  })

  test('is reported with its file and line, and harms no other', () => {
    const cut = tickLine(10, 4)
    const lines = [
      tickLine(0, 1),
      'not json',
      '{"level":30,"msg":"hello"}',
      '[1, 2]',
      cut.slice(0, 60),
      '',
      `${cut}}`,
      '{"resourceMetrics":[{"scopeMetrics":{"metrics":1}}]}',
      '{"resourceMetrics": [01]}',
      tickLine(5, 2),
      cut.slice(0, -9),
    ]

    const report = engine.load(lines.join('\n'), 'run.jsonl')

    expect(kinds(report)).toEqual([
      'run.jsonl:2 corrupt-json',
      'run.jsonl:3 foreign-line',
      'run.jsonl:4 foreign-line',
      'run.jsonl:5 corrupt-json',
      'run.jsonl:7 corrupt-json',
      'run.jsonl:8 malformed-metric',
      'run.jsonl:9 corrupt-json',
      'run.jsonl:11 truncated-line',
    ])
    expect(report).toMatchObject({ lines: 10, points: 2, problemCount: 8 })
    expect(valueOf(engine, 'sum(tick_total)', 10)).toBe('2')
  })

  test('of more than a hundred is counted on, and listed no further', () => {
    const report = engine.load('x\n'.repeat(250))

    expect(report.problemCount).toBe(250)
    expect(report.problems).toHaveLength(100)
    expect(report.problems.at(-1)?.line).toBe(100)
  })

  test('may be nested without end', () => {
    const report = engine.load(`{"resourceMetrics":${'['.repeat(100_000)}`)

    expect(kinds(report)).toEqual(['otlp:1 corrupt-json'])
  })
})

describe('a metric that cannot be read', () => {
  const ok = gauge('depth', [numberPoint(1, { at: 0 })])
  const point = numberPoint(1, { at: 0 })

  test.each([
    [
      'delta-temporality',
      {
        name: 'm',
        sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point, point] },
      },
      '2 points left out',
    ],
    [
      'delta-temporality',
      { name: 'm', histogram: { aggregationTemporality: 1, dataPoints: [point] } },
      '1 point left out',
    ],
    [
      'malformed-metric',
      { name: 'm', sum: { isMonotonic: true, dataPoints: [point] } },
      'temporality',
    ],
    [
      'delta-temporality',
      { name: 'm', exponentialHistogram: { aggregationTemporality: 1, dataPoints: [point] } },
      '1 point left out',
    ],
    ['unsupported-type', { name: 'm', summary: { dataPoints: [point] } }, 'summary'],
    ['malformed-metric', { name: 'm' }, 'no data'],
    ['malformed-metric', { name: '', gauge: { dataPoints: [point] } }, 'no Prometheus name'],
    ['malformed-metric', { name: 'm', gauge: { dataPoints: [{ asInt: 1 }] } }, 'timeUnixNano'],
    [
      'malformed-metric',
      { name: 'm', gauge: { dataPoints: [{ timeUnixNano: nanos(0) }] } },
      'neither asInt nor asDouble',
    ],
    [
      'malformed-metric',
      { name: 'm', gauge: { dataPoints: [{ timeUnixNano: '-1', asInt: 1 }] } },
      'timeUnixNano is "-1"',
    ],
    [
      'malformed-metric',
      { name: 'm', gauge: { dataPoints: [{ timeUnixNano: nanos(0), asInt: '1.5' }] } },
      'asInt is "1.5"',
    ],
    [
      'malformed-metric',
      gauge('m', [numberPoint(1, { at: 0, attributes: { '': 'x' } })]),
      'no label name',
    ],
    [
      'bucket-mismatch',
      histogram('m', [
        { timeUnixNano: nanos(0), count: 3, bucketCounts: [1, 2], explicitBounds: [1, 2] },
      ]),
      '2 bucketCounts for 2 explicitBounds',
    ],
    [
      'bucket-mismatch',
      histogram('m', [histogramPoint({ bounds: [2, 1], counts: [1, 1, 1] }, { at: 0 })]),
      'do not rise',
    ],
  ])('is told as %s and leaves the others: %o', (kind, metric, message) => {
    const report = engine.load([line([metric, ok])], 'a.jsonl')

    expect(kinds(report)).toEqual([`a.jsonl:1 ${kind}`])
    expect(report.problems[0]?.message).toContain(message)
    expect(report.points).toBe(1)
    expect(valuesOf(engine, everything, 0)).toEqual({ '{__name__="depth"}': '1' })
  })

  test('is used, aloud, when only its count is not the sum of its buckets', () => {
    const report = engine.load([
      line([
        histogram('m', [
          { timeUnixNano: nanos(0), count: 4, bucketCounts: [1, 2], explicitBounds: [1] },
        ]),
      ]),
    ])

    expect(kinds(report)).toEqual(['otlp:1 bucket-mismatch'])
    expect(valueOf(engine, 'sum(m_count)', 0)).toBe('4')
  })
})

describe('names that fall together', () => {
  test('are joined in a label, and told once', () => {
    const attributes = { a_b: '2', 'a.b': '1', 'a-b': '0' }
    const twice = [0, 10].map((at) => line([gauge('depth', [numberPoint(1, { at, attributes })])]))

    const report = engine.load(twice)

    expect(valuesOf(engine, 'depth', 10)).toEqual({ '{__name__="depth", a_b="0;1;2"}': '1' })
    expect(kinds(report)).toEqual(['otlp:1 label-collision'])
    expect(report.problems[0]?.message).toContain('depth become the label "a_b"')
  })

  test('are told when they are those of metrics', () => {
    const report = engine.load([
      line([
        gauge('a.b', [numberPoint(1, { at: 0 })]),
        gauge('a_b', [numberPoint(1, { at: 0, attributes: { x: 'y' } })]),
      ]),
      line([gauge('a_b', [numberPoint(2, { at: 10, attributes: { x: 'y' } })])]),
    ])

    expect(kinds(report)).toEqual(['otlp:1 metric-collision'])
    expect(report.problems[0]?.message).toContain(
      '"a.b" (gauge, unit "") and "a_b" (gauge, unit "")',
    )
    expect(valueOf(engine, 'count(a_b)', 10)).toBe('2')
  })
})

describe('what is missing from the data', () => {
  test('is told by lines that were lost and metrics of which points were left out, each once', () => {
    const lines = [
      line([counter('tick', [numberPoint(1, { at: 1, start: 0 })])]),
      line([counter('tick', [numberPoint(1, { at: 1, start: 0 })])]).replaceAll(
        '"aggregationTemporality":2',
        '"aggregationTemporality":1',
      ),
      line([histogram('wait', [histogramPoint({ bounds: [1, 2], counts: [1, 2] }, { at: 1 })])]),
      line([histogram('wait', [histogramPoint({ bounds: [1, 2], counts: [1, 2] }, { at: 2 })])]),
      line([{ name: 'pace', unit: 's', exponentialHistogram: { dataPoints: [{}] } }]),
      '{"resourceMetrics":[',
      'nonsense',
    ]

    const report = engine.load(lines)

    expect(report).toMatchObject({
      leftOut: ['tick_total', 'wait', 'pace_seconds'],
      lostLines: 2,
      instances: 1,
    })
    expect(engine.load(tickLine(3))).toMatchObject({ leftOut: [], lostLines: 0 })
  })
})
