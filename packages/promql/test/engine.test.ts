import { createEngine, type Engine, type Instrument, PromqlError } from '@plimsoll/promql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { valuesOf } from './answers.ts'
import { counter, epochSeconds, gauge, line, numberPoint } from './otlp.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

beforeEach(() => {
  engine.clear()
})

function errorOf(ask: () => unknown): PromqlError {
  try {
    ask()
  } catch (error) {
    if (error instanceof PromqlError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an instant query', () => {
  test('answers in the shapes of the HTTP API', () => {
    engine.load([line([gauge('depth', [numberPoint(2.5, { at: 0, attributes: { queue: 'a' } })])])])

    expect(engine.instant('depth', epochSeconds)).toEqual({
      resultType: 'vector',
      result: [{ metric: { __name__: 'depth', queue: 'a' }, value: [epochSeconds, '2.5'] }],
      warnings: [],
      infos: [],
    })
    expect(engine.instant('depth[1m]', epochSeconds + 0.25)).toEqual({
      resultType: 'matrix',
      result: [{ metric: { __name__: 'depth', queue: 'a' }, values: [[epochSeconds, '2.5']] }],
      warnings: [],
      infos: [],
    })
    expect(engine.instant('1 / 0', 1.5)).toMatchObject({
      resultType: 'scalar',
      result: [1.5, '+Inf'],
    })
    expect(engine.instant('0 / 0', 0)).toMatchObject({ resultType: 'scalar', result: [0, 'NaN'] })
    expect(engine.instant('-1e30', 0)).toMatchObject({ result: [0, '-1e+30'] })
    expect(engine.instant('"ä\\n"', 2)).toMatchObject({ resultType: 'string', result: [2, 'ä\n'] })
  })

  test('brings warnings and infos', () => {
    engine.load([line([gauge('depth', [numberPoint(1, { at: 0 }), numberPoint(2, { at: 10 })])])])

    const answer = engine.instant('quantile(2, rate(depth[1m]))', epochSeconds + 20)

    expect(answer.warnings).toEqual([
      expect.stringContaining('quantile value should be between 0 and 1'),
    ])
    expect(answer.infos).toEqual([expect.stringContaining('metric might not be a counter')])
  })

  test('looks back as far as the option says', async () => {
    const short = await createEngine({ lookbackDeltaSeconds: 10 })
    const depth = [line([gauge('depth', [numberPoint(1, { at: 0 })])])]
    short.load(depth)
    engine.load(depth)

    expect(valuesOf(short, 'count(depth)', 20)).toEqual({})
    expect(valuesOf(engine, 'count(depth)', 20)).toEqual({ '{}': '1' })
  })

  test.each([0, -1, Number.NaN, Infinity])(
    'refuses a look-back of %d',
    async (lookbackDeltaSeconds) => {
      await expect(createEngine({ lookbackDeltaSeconds })).rejects.toThrow(
        `got ${lookbackDeltaSeconds}`,
      )
    },
  )

  test('forgets what was cleared', () => {
    engine.load([line([gauge('depth', [numberPoint(1, { at: 0 })])])])
    engine.clear()

    expect(valuesOf(engine, 'depth', 0)).toEqual({})
  })

  test('sees only the data of its own engine', async () => {
    const other = await createEngine()
    other.load([line([gauge('depth', [numberPoint(1, { at: 0 })])])])

    expect(valuesOf(engine, 'depth', 0)).toEqual({})
  })
})

describe('a range query', () => {
  const depth = [0, 10, 20].map((at) => numberPoint(at + 0.5, { at }))

  test('answers with a matrix in the shapes of the HTTP API', () => {
    engine.load([line([gauge('depth', depth)])])
    const [start, end] = [epochSeconds, epochSeconds + 22]

    expect(engine.range('depth', start, end, 10.5)).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'depth' },
          values: [
            [start, '0.5'],
            [start + 10.5, '10.5'],
            [start + 21, '20.5'],
          ],
        },
      ],
      warnings: [],
      infos: [],
    })
    expect(engine.range('1 / 0', 1, 2, 1)).toMatchObject({
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '+Inf'],
            [2, '+Inf'],
          ],
        },
      ],
    })
    expect(engine.range('nothing', 1, 2, 1)).toMatchObject({ resultType: 'matrix', result: [] })
  })

  test('brings warnings and infos', () => {
    engine.load([line([gauge('depth', depth)])])

    const answer = engine.range('quantile(2, rate(depth[1m]))', epochSeconds, epochSeconds + 20, 10)

    expect(answer.warnings).toEqual([expect.stringContaining('should be between 0 and 1')])
    expect(answer.infos).toEqual([expect.stringContaining('might not be a counter')])
  })

  test.each([
    ['a step of nothing', '1', [0, 10, 0], 'at least 1 ms, got 0s'],
    ['a step that rounds to nothing', '1', [0, 10, 0.0004], 'at least 1 ms, got 0s'],
    ['a step backwards', '1', [0, 10, -1], 'at least 1 ms, got -1s'],
    [
      'an end before its start',
      '1',
      [10, 9.5, 1],
      'the range ends (at 9.5) before it starts (at 10)',
    ],
    ['too many points', '1', [0, 11_001, 1], '11001 steps of 1s, and the limit is 11,000 points'],
    ['a time that is none', '1', [0, Number.NaN, 1], 'the end of the range must be a number'],
    ['a time beyond counting', '1', [-1e300, 0, 1], 'the start of the range must be a number'],
    ['a step that is none', '1', [0, 1, Infinity], 'the step must be a number'],
    ['a range vector', 'depth[1m]', [0, 1, 1], 'must be Scalar or instant Vector'],
    ['a string', '"a"', [0, 1, 1], 'must be Scalar or instant Vector'],
  ] as const)('refuses %s', (_, query, [start, end, step], message) => {
    const error = errorOf(() => engine.range(query, start, end, step))

    expect(error.kind).toBe('execution')
    expect(error.message).toContain(message)
  })

  test('takes 11,000 steps, and a step longer than any range', () => {
    const points = (start: number, end: number, step: number): number | undefined =>
      engine.range('1', start, end, step).result[0]?.values?.length

    expect(points(0, 11_000, 1)).toBe(11_001)
    expect(points(0, 10, 1e12)).toBe(1)
  })

  test('tells where a query is wrong', () => {
    expect(errorOf(() => engine.range('sum(\n', 0, 1, 1))).toMatchObject({
      kind: 'parse',
      line: 2,
      column: 1,
    })
  })
})

describe('an error', () => {
  test.each([
    ['sum(', 1, 5, 'unclosed left parenthesis'],
    ['foo{a=b}', 1, 7, 'unexpected identifier "b" in label matching, expected string'],
    ['foo{x="ä😀"} }', 1, 14, "unexpected character: '}'"],
    ['sum(\n  rate(foo)\n)', 2, 8, 'expected type range vector'],
    ['', 1, 1, 'no expression found in input'],
    ['{}', 1, 1, 'vector selector must contain at least one non-empty matcher'],
  ])('in %j has its position', (query, row, column, message) => {
    for (const ask of [() => engine.parse(query), () => engine.instant(query, 0)]) {
      const error = errorOf(ask)
      expect({ kind: error.kind, line: error.line, column: error.column }).toEqual({
        kind: 'parse',
        line: row,
        column,
      })
      expect(error.message).toContain(message)
    }
  })

  test('of execution says what went wrong', () => {
    engine.load([
      line([gauge('a', [numberPoint(1, { at: 0 })]), gauge('b', [numberPoint(1, { at: 0 })])]),
    ])

    const error = errorOf(() => engine.instant('-{__name__=~"a|b"}', epochSeconds))

    expect(error.kind).toBe('execution')
    expect(error.message).toBe('vector cannot contain metrics with the same labelset')
    expect(error.line).toBeUndefined()
  })

  test('comes of a time that is none', () => {
    expect(errorOf(() => engine.instant('1', Number.NaN)).message).toContain('got NaN')
  })

  test('leaves the engine whole', () => {
    errorOf(() => engine.instant('sum(', 0))

    expect(engine.instant('1', 0)).toMatchObject({ result: [0, '1'] })
  })

  test('comes of an engine that was disposed of', async () => {
    const gone = await createEngine()
    gone[Symbol.dispose]()

    expect(errorOf(() => gone.instant('1', 0))).toMatchObject({
      kind: 'engine',
      message: 'the engine was disposed of',
    })
  })
})

describe('parse', () => {
  test('finds a bare selector', () => {
    const query = 'calls_count{error="", host=~"a|b"}'
    const selector = {
      metric: 'calls_count',
      matchers: [
        { name: 'error', op: '=', value: '' },
        { name: 'host', op: '=~', value: 'a|b' },
      ],
      start: 0,
      end: query.length,
      rangeSeconds: null,
    }

    expect(engine.parse(query)).toEqual({
      type: 'vector',
      bareSelector: selector,
      selectors: [selector],
      canonical: 'calls_count{error="",host=~"a|b"}',
    })
  })

  test.each([
    ['(up)', 'up'],
    ['{__name__="up"}', '{__name__="up"}'],
    ['{"up", job!="a"}', '{"up", job!="a"}'],
    ['up # comment', 'up'],
    [' up {a="}"} ', 'up {a="}"}'],
  ])('takes %s as bare', (query, text) => {
    const { bareSelector } = engine.parse(query)

    expect(bareSelector?.metric).toBe('up')
    expect(query.slice(bareSelector?.start, bareSelector?.end)).toBe(text)
  })

  test.each(['up offset 1m', 'up @ 0', 'up @ end()', 'up[5m]', 'sum(up)', 'up + 1', '-up'])(
    'does not take %s as bare',
    (query) => {
      expect(engine.parse(query).bareSelector).toBeNull()
    },
  )

  test('tells every selector and where it stands', () => {
    const query = `sum(rate(a{x="é😀"}[5m] offset 1m)) / {__name__=~"b.*",y!~'q}'} offset 2m + c`
    const { selectors, type } = engine.parse(query)

    expect(type).toBe('vector')
    expect(selectors.map(({ start, end }) => query.slice(start, end))).toEqual([
      'a{x="é😀"}',
      `{__name__=~"b.*",y!~'q}'}`,
      'c',
    ])
    expect(selectors.map(({ metric, rangeSeconds }) => [metric, rangeSeconds])).toEqual([
      ['a', 300],
      [null, null],
      ['c', null],
    ])
    expect(selectors[1]?.matchers).toEqual([
      { name: '__name__', op: '=~', value: 'b.*' },
      { name: 'y', op: '!~', value: 'q}' },
    ])
  })

  test.each([
    ['1', 'scalar'],
    ['"a"', 'string'],
    ['up[1m]', 'matrix'],
    ['up', 'vector'],
  ])('types %s as %s', (query, type) => {
    expect(engine.parse(query).type).toBe(type)
  })
})

describe('a name', () => {
  test.each<[Instrument, string]>([
    [
      { name: 'http.client.request.duration', unit: 's', type: 'histogram' },
      'http_client_request_duration_seconds',
    ],
    [{ name: 'call.retries', unit: '{retry}', type: 'counter' }, 'call_retries_total'],
    [{ name: 'call.retries.total', unit: '', type: 'counter' }, 'call_retries_total'],
    [{ name: 'body.size', unit: 'By', type: 'counter' }, 'body_size_bytes_total'],
    [{ name: 'foo.seconds', unit: 's', type: 'gauge' }, 'foo_seconds'],
    [{ name: 'lat.ms', unit: 'ms', type: 'gauge' }, 'lat_ms_milliseconds'],
    [{ name: 'share', unit: '1', type: 'gauge' }, 'share_ratio'],
    [{ name: 'share', unit: '1', type: 'updowncounter' }, 'share'],
    [{ name: 'breaker.state', unit: '{state}', type: 'gauge' }, 'breaker_state'],
    [{ name: 'speed', unit: 'By/s', type: 'gauge' }, 'speed_bytes_per_second'],
    [{ name: 'a__b..c', unit: '', type: 'gauge' }, 'a_b_c'],
    [{ name: '5xx', unit: '', type: 'counter' }, '_5xx_total'],
    [{ name: 'ratio.ü', unit: '%', type: 'gauge' }, 'ratio_percent'],
  ])('of %o is %s', (instrument, name) => {
    expect(engine.metricName(instrument)).toBe(name)
  })

  test.each([
    ['http.request.method', 'http_request_method'],
    ['a__b', 'a__b'],
    ['_a', 'key_a'],
    ['__a', '__a'],
    ['1a', 'key_1a'],
    ['a-b/ü', 'a_b__'],
  ])('of the attribute %s is %s', (attribute, label) => {
    expect(engine.labelName(attribute)).toBe(label)
  })

  test('is that of the series loaded', () => {
    const name = engine.metricName({ name: 'body.size', unit: 'By', type: 'counter' })
    engine.load([line([counter('body.size', [numberPoint(5, { at: 0 })], 'By')])])

    expect(valuesOf(engine, `sum(${name})`, 0)).toEqual({ '{}': '5' })
  })

  test('that cannot be is an error', () => {
    expect(
      errorOf(() => engine.metricName({ name: '', unit: '', type: 'gauge' })).message,
    ).toContain('empty name')
    expect(errorOf(() => engine.labelName('')).message).toContain('empty')
  })
})
