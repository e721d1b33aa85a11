import { createEngine, type Engine } from '@plimsoll/promql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RUN_LABEL, limited, quoted } from '../../src/query/selector.ts'

let engine: Engine
beforeAll(async () => {
  engine = await createEngine()
})
afterAll(() => {
  engine[Symbol.dispose]()
})

const MATCHER = `${RUN_LABEL}=${quoted('run "1"')}`
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

  const found = engine.parse(limited(text, bareSelector!, MATCHER)).bareSelector!

  expect(found.metric).toBe(bareSelector!.metric)
  expect(found.matchers).toContainEqual(ours)
  expect(found.matchers.map(({ name }) => name).toSorted()).toEqual(
    [...others, RUN_LABEL].toSorted(),
  )
})

test('where there is nothing to limit it to, a selector stays as it is', () => {
  expect(limited('x{a="b"}', engine.parse('x{a="b"}').bareSelector!, null)).toBe('x{a="b"}')
})
