import { createEngine, type Engine } from '@plimsoll/promql'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ATTRIBUTES,
  INSTRUMENTS,
  prometheusLabel,
  prometheusName,
  prometheusUnit,
  type NamedInstrument,
} from '../src/index.ts'

const KINDS = ['counter', 'updowncounter', 'gauge', 'histogram'] as const

const word = fc.oneof(
  fc.constantFrom(
    'http',
    'total',
    'ratio',
    'seconds',
    'bytes',
    'per',
    'second',
    'count',
    'ms',
    's',
    '1',
    '9lives',
    'é',
    '',
  ),
  fc.string({ maxLength: 6 }),
)
const name = fc
  .array(fc.tuple(word, fc.constantFrom('.', '_', '__', '-', '/', ' ', '..')), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.map(([text, joint], i) => (i === 0 ? text : joint + text)).join(''))
const baseUnit = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    's',
    'ms',
    'us',
    'min',
    'h',
    'd',
    'By',
    'KiBy',
    'MBy',
    'Cel',
    '%',
    'Hz',
    'm',
    '{call}',
    '{a}s',
    'total',
    'ratio',
    ' s ',
  ),
  fc.string({ maxLength: 5 }),
)
const perUnit = fc.oneof(
  fc.constantFrom('s', 'm', 'h', 'mo', '{request}', '', ' s', '_', 'per_s'),
  fc.string({ maxLength: 4 }),
)
const unit = fc.oneof(
  baseUnit,
  fc.tuple(baseUnit, perUnit).map(([main, per]) => `${main}/${per}`),
)
const instrument: fc.Arbitrary<NamedInstrument> = fc.record({
  name,
  unit,
  kind: fc.constantFrom(...KINDS),
})

describe('names in Prometheus', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await createEngine()
  })
  afterAll(() => engine[Symbol.dispose]())

  const theirs = (of: NamedInstrument) =>
    outcome(() => engine.metricName({ name: of.name, unit: of.unit, type: of.kind }))
  const theirLabel = (key: string) => outcome(() => engine.labelName(key))

  test('every instrument of the table is named as Prometheus names it', () => {
    for (const each of Object.values(INSTRUMENTS)) expect(prometheusName(each)).toBe(theirs(each))
  })

  test('every attribute of the table is named as Prometheus names it', () => {
    for (const { key } of Object.values(ATTRIBUTES))
      expect(prometheusLabel(key)).toBe(theirLabel(key))
  })

  test('2,000 generated names, units and kinds are named as Prometheus names them', () => {
    fc.assert(
      fc.property(instrument, (each) => {
        expect(outcome(() => prometheusName(each))).toBe(theirs(each))
      }),
      { numRuns: 2_000 },
    )
  })

  test('1,000 generated attribute keys are named as Prometheus names them', () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'grapheme', maxLength: 8 })), (key) => {
        expect(outcome(() => prometheusLabel(key))).toBe(theirLabel(key))
      }),
      { numRuns: 1_000 },
    )
  })
})

test.each([
  ['s', 'seconds'],
  ['By', 'bytes'],
  ['By/s', 'bytes_per_second'],
  ['1', ''],
  ['', ''],
  ['{call}', ''],
  ['{call}/s', 'per_second'],
  ['widgets', 'widgets'],
])('the unit %j stands in names as %j', (unit, word) => {
  expect(prometheusUnit(unit)).toBe(word)
  // With which the name of an instrument of that unit ends.
  expect(prometheusName({ name: 'x', unit, kind: 'histogram' })).toBe(
    word === '' ? 'x' : `x_${word}`,
  )
})

describe('a name of which nothing is left', () => {
  test('is refused, and the message shows it', () => {
    expect(() => prometheusName({ name: '..', unit: '', kind: 'histogram' })).toThrow(
      'the metric name ".." has no character',
    )
    expect(() => prometheusLabel('éé')).toThrow('the attribute "éé" has no character')
  })
})

/** A name, or that there is none: the two implementations word their refusals differently. */
function outcome(make: () => string): string {
  try {
    return make()
  } catch {
    return '(refused)'
  }
}
