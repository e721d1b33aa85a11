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
  ])('tells of %s', (_, script, fault) => {
    expect(runScript(engine, script).faults.join('\n')).toContain(fault)
  })

  test.each([
    ['range queries', 'eval range from 0 to 1m step 10s up', 'this runner has no "eval range'],
    ['native histograms', 'load 1m\n  h {{schema:1}}', 'is no point that this runner knows'],
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
