import { createEngine, type Engine, type LoadReport } from '@plimsoll/promql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { valueOf, valuesOf } from './answers.ts'
import {
  counter,
  epochSeconds,
  gauge,
  histogram,
  histogramPoint,
  line,
  nanos,
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

const everything = '{__name__=~".+"}'

function kinds(report: LoadReport): string[] {
  return report.problems.map((one) => `${one.file}:${one.line} ${one.kind}`)
}

function tickLine(at: number, value = at): string {
  return line([counter('tick', [numberPoint(value, { at, start: -1 })])])
}

describe('a line of metrics', () => {
  test('becomes the series that Prometheus makes of it', () => {
    const attributes = { 'http.method': 'GET', ok: true, code: 200, share: 0.25 }

    const report = engine.load([
      line([
        counter('calls', [numberPoint(7, { at: 0, start: -5, attributes })], '{call}'),
        upDownCounter('busy', [numberPoint(-2, { at: 0 })]),
        gauge('fill', [numberPoint(0.5, { at: 0 })], '1'),
      ]),
    ])

    expect(valuesOf(engine, everything, 0)).toEqual({
      '{__name__="busy"}': '-2',
      '{__name__="calls_total", code="200", http_method="GET", ok="true", share="0.25"}': '7',
      '{__name__="fill_ratio"}': '0.5',
    })
    expect(report).toEqual({
      lines: 1,
      ignoredLines: 0,
      points: 3,
      series: 3,
      samples: 3,
      problems: [],
      problemCount: 0,
      adjustedStarts: 0,
      minTime: epochSeconds,
      maxTime: epochSeconds,
    })
  })

  test('gives a histogram its buckets, sum and count', () => {
    const values = { bounds: [0.005, 1, 2.5, 20], counts: [1, 2, 0, 4, 3], sum: 12.5 }

    const report = engine.load([
      line([histogram('wait', [histogramPoint(values, { at: 0, start: -1 })], 's')]),
    ])

    expect(valuesOf(engine, everything, 0)).toEqual({
      '{__name__="wait_seconds_bucket", le="0.005"}': '1',
      '{__name__="wait_seconds_bucket", le="1"}': '3',
      '{__name__="wait_seconds_bucket", le="2.5"}': '3',
      '{__name__="wait_seconds_bucket", le="20"}': '7',
      '{__name__="wait_seconds_bucket", le="+Inf"}': '10',
      '{__name__="wait_seconds_count"}': '10',
      '{__name__="wait_seconds_sum"}': '12.5',
    })
    expect(report).toMatchObject({ points: 1, series: 7, samples: 7 })
  })

  test('takes job, instance and the promoted attributes from its resource, and the rest to target_info', () => {
    const resource = {
      'service.namespace': 'shop',
      'service.name': 'cart',
      'service.instance.id': 'i-1',
      'service.version': '2.0',
      'resilience.run.id': 'r1',
      'deployment.environment.name': 'ci',
      'host.name': 'h',
    }
    const identity =
      'deployment_environment_name="ci", instance="i-1", job="shop/cart", resilience_run_id="r1"'

    engine.load([line([gauge('depth', [numberPoint(1, { at: 0 })])], resource)])

    expect(valuesOf(engine, everything, 0)).toEqual({
      [`{__name__="depth", ${identity}, service_name="cart", service_version="2.0"}`]: '1',
      '{__name__="target_info", deployment_environment_name="ci", host_name="h", instance="i-1", job="shop/cart", resilience_run_id="r1", service_version="2.0"}':
        '1',
    })
  })

  test('writes no target_info for a resource that only names its service', () => {
    engine.load([
      line([gauge('depth', [numberPoint(1, { at: 0 })])], {
        'service.name': 'cart',
        'service.instance.id': 'i-1',
      }),
    ])

    expect(valuesOf(engine, 'target_info', 0)).toEqual({})
  })

  test("lets a point's own attribute stand before a promoted one, and job before both", () => {
    engine.load([
      line(
        [
          gauge('depth', [
            numberPoint(1, { at: 0, attributes: { job: 'mine', 'resilience.run.id': 'own' } }),
          ]),
        ],
        {
          'service.name': 'cart',
          'resilience.run.id': 'r1',
        },
      ),
    ])

    expect(valuesOf(engine, 'depth', 0)).toEqual({
      '{__name__="depth", job="cart", resilience_run_id="own", service_name="cart"}': '1',
    })
  })

  test('may be of the Collector, and then gives the same series', () => {
    const ours = line(
      [
        counter('calls', [numberPoint(7, { at: 0, start: -5, attributes: { code: 200 } })]),
        gauge('odd', [numberPoint('Infinity', { at: 0 })]),
        histogram('wait', [
          histogramPoint({ bounds: [1], counts: [2, 1], sum: 4 }, { at: 0, start: -5 }),
        ]),
      ],
      { 'service.name': 'app' },
    )
    const collectors = `{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"}}]},"scopeMetrics":[{"scope":{"name":"x"},"metrics":[
      {"name":"calls","sum":{"dataPoints":[{"attributes":[{"key":"code","value":{"intValue":"200"}}],"startTimeUnixNano":"${nanos(-5)}","timeUnixNano":"${nanos(0)}","asInt":"7"}],"aggregationTemporality":2,"isMonotonic":true}}]}]},
      {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"}}]},"scopeMetrics":[{"metrics":[
      {"name":"odd","gauge":{"dataPoints":[{"timeUnixNano":"${nanos(0)}","asDouble":"Infinity"}]}},
      {"name":"wait","histogram":{"dataPoints":[{"startTimeUnixNano":"${nanos(-5)}","timeUnixNano":"${nanos(0)}","count":"3","sum":4,"bucketCounts":["2","1"],"explicitBounds":[1]}],"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE"}}]}],"schemaUrl":"https://example.test"}]}`
    const first = engine.load([ours])
    const answers = [everything, 'increase(calls_total[1h] anchored)'].map((query) =>
      valuesOf(engine, query, 1),
    )
    engine.clear()

    const second = engine.load([collectors.replaceAll('\n', ' ')])

    expect(
      [everything, 'increase(calls_total[1h] anchored)'].map((query) => valuesOf(engine, query, 1)),
    ).toEqual(answers)
    expect(second).toEqual(first)
    expect(Object.keys(answers[0] ?? {})).toHaveLength(6)
  })

  test.each([
    ['"Infinity"', '+Inf'],
    ['"-Infinity"', '-Inf'],
    ['"NaN"', 'NaN'],
    ['null', 'NaN'],
    ['"1.5"', '1.5'],
    ['1e-7', '1e-07'],
  ])('reads the value %s', (asDouble, value) => {
    const text = line([gauge('depth', [{ timeUnixNano: nanos(0), asDouble: 0 }])])

    engine.load([text.replace('"asDouble":0', `"asDouble":${asDouble}`)])

    expect(valuesOf(engine, 'depth', 0)).toEqual({ '{__name__="depth"}': value })
  })

  test('may give its times as numbers, with or without an exponent', () => {
    const text = line([gauge('depth', [numberPoint(1, { at: 0 })])])

    const exact = engine.load([text.replace(`"${nanos(0)}"`, nanos(0))])
    const rounded = engine.load([text.replace(`"${nanos(0)}"`, '1.763788e+18')])

    expect([exact.minTime, rounded.minTime]).toEqual([epochSeconds, epochSeconds])
    expect([exact.problemCount, rounded.problemCount]).toEqual([0, 0])
  })

  test('ends a series where it says that there is no value', () => {
    const gone = { ...numberPoint(null, { at: 10 }), flags: 1 }
    engine.load([
      line([gauge('depth', [numberPoint(1, { at: 0 }), gone])]),
      line([histogram('wait', [histogramPoint({ bounds: [1], counts: [1, 1] }, { at: 0 })])]),
      line([
        histogram('wait', [
          { ...histogramPoint({ bounds: [1], counts: [0, 0] }, { at: 10 }), flags: 1 },
        ]),
      ]),
    ])

    expect(Object.keys(valuesOf(engine, everything, 9))).toHaveLength(4)
    expect(valuesOf(engine, everything, 11)).toEqual({})
  })

  test('may say nothing about an empty histogram, or have a bound at infinity', () => {
    const report = engine.load([
      line([
        histogram('bare', [{ timeUnixNano: nanos(0), count: 2, sum: 3 }]),
        histogram('full', [
          histogramPoint({ bounds: [1, 'Infinity'], counts: [1, 2, 0] }, { at: 0 }),
        ]),
      ]),
    ])

    expect(report.problems).toEqual([])
    expect(valuesOf(engine, '{__name__=~".*_bucket|.*_count"}', 0)).toEqual({
      '{__name__="bare_bucket", le="+Inf"}': '2',
      '{__name__="bare_count"}': '2',
      '{__name__="full_bucket", le="+Inf"}': '3',
      '{__name__="full_bucket", le="1"}': '1',
      '{__name__="full_count"}': '3',
    })
  })

  test('writes values of every type as labels', () => {
    const text = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"depth","gauge":{"dataPoints":[{"timeUnixNano":"${nanos(0)}","asInt":1,"attributes":[
      {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"1"},{"boolValue":false}]}}},
      {"key":"b","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.5}}]}}},
      {"key":"c","value":{"bytesValue":"aGk="}},
      {"key":"d","value":{"doubleValue":1e21}},
      {"key":"e","value":{"doubleValue":0.0000001}},
      {"key":"f","value":{"stringValue":"\\u00e9\\ud83d\\ude00\\n\\ud800"}},
      {"key":"g","value":{}},
      {"key":"h","value":{"intValue":"9007199254740993"}}]}]}}]}]}]}`

    engine.load([text.replaceAll('\n', ' ')])

    const answer = engine.instant('depth', epochSeconds)
    expect(answer.result).toEqual([
      {
        metric: {
          __name__: 'depth',
          a: '["x",1,false]',
          b: '{"k":1.5}',
          c: 'aGk=',
          d: '1e+21',
          e: '1e-7',
          f: 'é😀\n\uFFFD',
          h: '9007199254740993',
        },
        value: [epochSeconds, '1'],
      },
    ])
  })
})

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
      'unsupported-type',
      { name: 'm', exponentialHistogram: { aggregationTemporality: 2, dataPoints: [point] } },
      'exponentialHistogram',
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
