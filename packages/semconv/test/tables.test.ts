import { describe, expect, test } from 'vitest'
import {
  ATTRIBUTES,
  ERROR_CODES,
  ERROR_TYPES,
  EVENTS,
  INSTRUMENTS,
  NAMESPACE,
  prometheusLabel,
  prometheusName,
} from '../src/index.ts'

const attributes = Object.values(ATTRIBUTES)
const instruments = Object.values(INSTRUMENTS)
const events = Object.values(EVENTS)

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index)
}

describe('the tables', () => {
  test('give each name once', () => {
    expect(repeated(attributes.map((a) => a.key))).toEqual([])
    expect(repeated(instruments.map((i) => i.name))).toEqual([])
    expect(repeated(events.map((e) => e.name))).toEqual([])
    expect(repeated(events.map((e) => e.table))).toEqual([])
  })

  test('give each name once in the words of Prometheus too', () => {
    expect(repeated(attributes.map((a) => prometheusLabel(a.key)))).toEqual([])
    expect(repeated(instruments.map((i) => prometheusName(i)))).toEqual([])
  })

  test('keep what is ours under our namespace, and what is not outside it', () => {
    for (const attribute of attributes) {
      expect([attribute.key, attribute.key.startsWith(`${NAMESPACE}.`)]).toEqual([
        attribute.key,
        attribute.origin === 'plimsoll',
      ])
    }
    for (const event of events) expect(event.name).toMatch(new RegExp(`^${NAMESPACE}\\.`, 'u'))
  })

  test('write names as the naming guide asks: lower case, dots, no unit and no total in the name', () => {
    for (const { name } of instruments) {
      expect(name).toMatch(/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/u)
      expect(name).not.toMatch(/(total|seconds)$/u)
    }
  })

  test('put no unbounded attribute on a metric', () => {
    const unbounded = instruments.flatMap((i) =>
      i.attributes.filter((a) => !a.onMetrics).map((a) => `${i.name}: ${a.key}`),
    )

    expect(unbounded).toEqual([])
  })

  test('give boundaries to histograms, ascending, and to nothing else', () => {
    for (const instrument of instruments) {
      const boundaries = 'boundaries' in instrument ? [...instrument.boundaries] : undefined

      expect([instrument.name, boundaries !== undefined]).toEqual([
        instrument.name,
        instrument.kind === 'histogram',
      ])
      expect(boundaries).toEqual(boundaries?.toSorted((a, b) => a - b))
      expect(new Set(boundaries).size).toBe(boundaries?.length ?? 0)
    }
  })

  test('say something of every entry', () => {
    for (const { brief } of [...attributes, ...instruments, ...events])
      expect(brief).toMatch(/^[^\s].+\.$/u)
    for (const text of Object.values(ERROR_CODES)) expect(text).toMatch(/\.$/u)
  })

  test('spell error codes and error types alike', () => {
    for (const code of Object.keys(ERROR_CODES)) expect(code).toMatch(/^ERR_PLIMSOLL_[A-Z_]+$/u)
    for (const type of Object.values(ERROR_TYPES)) expect(type).toMatch(/^[a-z_]+$|^_OTHER$/u)
  })
})
