import type { Attributes } from '@opentelemetry/api'
import { ATTRIBUTES as A } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { SeriesSet } from '../../src/labels/series-set.ts'

function setOf(limit: number) {
  const made: Readonly<Attributes>[] = []
  const set = new SeriesSet(limit, (labels, overflow) => {
    made.push(labels)
    return { labels, overflow }
  })
  return { set, made }
}

describe('a set of series', () => {
  test('makes a series once, whatever the order of the labels', () => {
    const { set, made } = setOf(10)

    const series = [set.of({ a: 1, b: 2 }), set.of({ b: 2, a: 1 }), set.of({ a: 1, b: 2 })]

    expect(new Set(series).size).toBe(1)
    expect(made).toEqual([{ a: 1, b: 2 }])
  })

  test('tells a label set from one that it begins with', () => {
    const { set, made } = setOf(10)

    set.of({ a: 1, b: 2 })
    set.of({ a: 1 })
    set.of({})
    set.of({ a: 1 })

    expect(made).toEqual([{ a: 1, b: 2 }, { a: 1 }, {}])
  })

  test('takes an undefined label for an absent one', () => {
    const { set, made } = setOf(10)

    set.of({ a: 1, b: undefined })
    set.of({ a: 1 })

    expect(made).toEqual([{ a: 1 }])
  })

  test('finds arrays by what they hold', () => {
    const { set, made } = setOf(10)

    for (const list of [['x'], ['x'], ['y']]) set.of({ list })

    expect(made).toEqual([{ list: ['x'] }, { list: ['y'] }])
  })

  test('makes no more than its limit and one for all others, and iterates over all', () => {
    const { set } = setOf(2)

    for (let n = 0; n < 100; n += 1) set.of({ n })

    const overflow = { labels: { [A.metricOverflow.key]: true }, overflow: true }
    expect([...set]).toEqual([
      { labels: { n: 0 }, overflow: false },
      { labels: { n: 1 }, overflow: false },
      overflow,
    ])
    expect(set.size).toBe(3)
    expect(set.of({ n: 99 })).toBe(set.of({ n: 98 }))
  })

  test('remembers four orders of labels for each series it may have, and finds it in any other', () => {
    const { set, made } = setOf(1)
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    const orders = keys.map((_, turn) => [...keys.slice(turn), ...keys.slice(0, turn)])
    const labelsIn = (order: readonly string[]) => Object.fromEntries(order.map((key) => [key, 1]))
    for (const order of orders) set.of(labelsIn(order))

    const listings = orders.map((order) => listingsOf(labelsIn(order), (labels) => set.of(labels)))

    // Found along its keys, they are listed once; to be sorted, once more.
    expect(listings).toEqual([1, 1, 1, 1, 2, 2])
    expect(made).toHaveLength(1)
  })
})

/** How often `use` has the keys of the labels listed. */
function listingsOf(labels: Attributes, use: (labels: Attributes) => void): number {
  let listings = 0
  const ownKeys = (target: Attributes) => {
    listings += 1
    return Reflect.ownKeys(target)
  }
  use(new Proxy(labels, { ownKeys }))
  return listings
}
