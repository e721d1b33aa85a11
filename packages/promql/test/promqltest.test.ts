import { createEngine, type Engine } from '@plimsoll/promql'
import { beforeAll, describe, expect, test } from 'vitest'

import { expandOffsets, expandPoints } from './promqltest/points.ts'
import { runScript } from './promqltest/run-script.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

const load = 'load 10s\n  calls_total{host="a"} 1 2 3\n'

describe('the script runner', () => {
  test.each([
    ['1+2x3', [1, 3, 5, 7]],
    ['5-1x2', [5, 4, 3]],
    ['4x2 _', [4, 4, 4, undefined]],
    ['_x2 stale', [undefined, undefined, 'stale']],
    ['-1 1e3 .5 Inf -Inf', [-1, 1000, 0.5, Infinity, -Infinity]],
  ])('expands %s', (text, points) => {
    expect(expandPoints(text)).toEqual(points)
  })

  test('expands histograms, and those that repeat', () => {
    const none = { offset: 0, counts: [] }
    const one = {
      schema: -2,
      count: 6,
      sum: 1.5,
      zero: 1,
      zeroWidth: 1e-128,
      positive: { offset: -3, counts: [2, 0, 3] },
      negative: none,
    }

    expect(
      expandPoints('{{schema:-2 count:6 sum:1.5 z_bucket:1 offset:-3 buckets:[2 0 3]}}x1 _ 7'),
    ).toEqual([one, one, undefined, 7])
  })

  test('expands start timestamps as distances', () => {
    expect(expandOffsets('_ -30s-1mx2 -1ms 0s')).toEqual([
      undefined,
      -30_000,
      -90_000,
      -150_000,
      -1,
      0,
    ])
  })

  test.each([
    [
      'a wrong value',
      `${load}eval instant at 20s calls_total\n  calls_total{host="a"} 2`,
      'is 3 at 20, not 2',
    ],
    [
      'a value off by a millionth',
      `${load}eval instant at 20s calls_total\n  calls_total{host="a"} 3.000001`,
      'is 3 at 20',
    ],
    ['a series too many', `${load}eval instant at 20s calls_total`, 'is not expected'],
    ['a series too few', `${load}eval instant at 20s nothing\n  {} 1`, 'no {}'],
    [
      'another label',
      `${load}eval instant at 20s calls_total\n  calls_total{host="b"} 3`,
      'no {__name__',
    ],
    ['a wrong scalar', 'eval instant at 0s 1 + 1\n  3', '2, not 3'],
    ['a wrong string', 'eval instant at 0s "a"\n  expect string "b"', 'the string "a", not "b"'],
    ['a failure nobody expects', 'eval instant at 0s sum(', 'failed with'],
    ['a failure that does not come', 'eval instant at 0s 1\n  expect fail', 'no failure'],
    ['another failure', 'eval instant at 0s sum(\n  expect fail msg: something else', 'not as'],
    [
      'an info that must not be',
      `${load}eval instant at 20s rate(depth_total[1m]) or rate(calls_total[1m] offset 1h)\n  expect info`,
      'matches none',
    ],
    [
      'a wrong order',
      'load 1s\n  a{x="1"} 1\n  a{x="2"} 2\neval instant at 0s sort(a)\n  expect ordered\n  a{x="2"} 2\n  a{x="1"} 1',
      'stands at',
    ],
    [
      'a wrong time in a range',
      `${load}eval instant at 20s calls_total[15s]\n  expect range vector from 10s to 30s step 20s\n  calls_total{host="a"} 2 3`,
      'is 2 at 10, 3 at 20',
    ],
    [
      'a wrong time in a range query',
      `${load}eval range from 10s to 20s step 5s calls_total\n  calls_total{host="a"} 2 3 3`,
      'is 2 at 10, 2 at 15, 3 at 20, not 2 3 3',
    ],
    [
      'a histogram where a number is',
      `${load}eval instant at 20s calls_total\n  calls_total{host="a"} {{count:3}}`,
      'is 3 at 20, not {"schema"',
    ],
    ...(
      [
        ['count', '{{schema:1 count:4 sum:5 buckets:[1 2]}}'],
        ['sum', '{{schema:1 count:3 sum:6 buckets:[1 2]}}'],
        ['schema', '{{schema:0 count:3 sum:5 buckets:[1 2]}}'],
        ['offset', '{{schema:1 count:3 sum:5 offset:1 buckets:[1 2]}}'],
        ['bucket', '{{schema:1 count:3 sum:5 buckets:[2 1]}}'],
        ['zero bucket', '{{schema:1 count:3 sum:5 z_bucket:1 buckets:[1 1]}}'],
        ['side', '{{schema:1 count:3 sum:5 n_buckets:[1 2]}}'],
      ] as const
    ).map(([what, wrong]): [string, string, string] => [
      `another ${what} of a histogram`,
      `load 10s\n  h {{schema:1 count:3 sum:5 buckets:[1 2]}}\neval instant at 0s h\n  h ${wrong}`,
      'is {count 3, sum 5: 1 in 0.7071067811865475…1, 2 in 1…1.414213562373095} at 0, not',
    ]),
  ])('tells of %s', (_, script, fault) => {
    expect(runScript(engine, script).faults.join('\n')).toContain(fault)
  })

  test.each([
    ['ranges without a step', 'eval range from 0 to 1m up', 'this runner has no "eval range'],
    [
      'histograms that grow',
      'load 1m\n  h {{}}+{{count:1}}x2',
      'is no point that this runner knows',
    ],
    ['histograms of own buckets', 'load 1m\n  h {{custom_values:[1]}}', 'have no "custom_values'],
    ['histograms of no number', 'load 1m\n  h {{count:many}}', '"many" is no number'],
    ['zero buckets of any width', 'load 1m\n  h {{z_bucket_w:0.5}}', 'cannot be loaded'],
    ['loads with NHCB', 'load_with_nhcb 1m\n  a 1', 'this runner has no "load_with_nhcb'],
    ['the old forms of eval', 'eval_fail instant at 0s up', 'this runner has no "eval_fail'],
    [
      'unknown expectations',
      'eval instant at 0s 1\n  expect miracles',
      'line 2: this runner has no',
    ],
    ['starts before the epoch', 'load 1m\n  a@st -1s\n  a 1', 'cannot be told'],
    ['starts without points', 'load 1m\n  a@st _ -1s', 'start timestamps and no points'],
    ['names that OTLP would change', 'load 1m\n  a__b 1', 'OTLP would change the name'],
    ['rows before any command', 'a 1', 'before any command'],
  ])('refuses %s', (_, script, message) => {
    expect(() => runScript(engine, script)).toThrow(message)
  })
})
