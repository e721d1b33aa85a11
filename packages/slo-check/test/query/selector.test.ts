import { createEngine, type Engine } from '@plimsoll/promql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RUN_LABEL, selectorOfRun } from '../../src/query/selector.ts'

let engine: Engine
beforeAll(async () => {
  engine = await createEngine()
})
afterAll(() => {
  engine[Symbol.dispose]()
})

const ours = { name: RUN_LABEL, op: '=', value: 'run "1"' }

test.each([
  ['x', []],
  ['x{}', []],
  ['x{ }', []],
  ['  x  ', []],
  ['x{a="}"}', ['a']],
  ['x{a="b",}', ['a']],
  ['x{ # why\n a="b" }', ['a']],
  ['x # {why\n {a="b"}', ['a']],
  ['{__name__="x"}', []],
  ['{"x.y",a="b"}', ['a']],
])('%s is limited to the run and parses', (text, others) => {
  const { bareSelector } = engine.parse(text)

  const limited = engine.parse(selectorOfRun(text, bareSelector!, 'run "1"')).bareSelector!

  expect(limited.metric).toBe(bareSelector!.metric)
  expect(limited.matchers).toContainEqual(ours)
  expect(limited.matchers.map(({ name }) => name).toSorted()).toEqual(
    [...others, RUN_LABEL].toSorted(),
  )
})

test('a selector that chooses its run, and one where there is none to choose, stay as they are', () => {
  const own = `x{${RUN_LABEL}=~"a|b"}`

  expect(selectorOfRun(own, engine.parse(own).bareSelector!, 'r')).toBe(own)
  expect(selectorOfRun('x{a="b"}', engine.parse('x{a="b"}').bareSelector!, null)).toBe('x{a="b"}')
})
