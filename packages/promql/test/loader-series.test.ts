import { createEngine, type Engine } from '@plimsoll/promql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { valuesOf } from './answers.ts'
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
      lostLines: 0,
      instances: 1,
      leftOut: [],
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
      {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"1"},{"boolValue":false},{"stringValue":""},{"bytesValue":""},{}]}}},
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
          a: '["x",1,false,"",null,null]',
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
