import type { Attributes } from '@opentelemetry/api'
import { ATTRIBUTES as A } from '@plimsoll/semconv'
import { labelKey, labelSet } from './label-set.ts'

/** Makes the series of a label set. */
export type MakeSeries<S> = (labels: Readonly<Attributes>, overflow: boolean) => S

interface Node<S> {
  series?: S
  next?: Map<string, Map<unknown, Node<S>>>
}

// A program that writes the same labels in several orders has several ways to one series; there is an end to them.
const WAYS_PER_SERIES = 4

const OVERFLOW: Readonly<Attributes> = Object.freeze({ [A.metricOverflow.key]: true })

/**
 * The series of one instrument by their labels, at most `limit` for the life of the process and one more for all that
 * come later. A label set that was seen before is found along its keys as they are written, without sorting or
 * serialising them; the object itself is not remembered, so that a program may change and reuse it.
 */
export class SeriesSet<S> {
  readonly #limit: number
  readonly #make: MakeSeries<S>
  readonly #byKey = new Map<string, S>()
  readonly #root: Node<S> = {}
  #ways = 0
  #overflow: S | undefined

  constructor(limit: number, make: MakeSeries<S>) {
    this.#limit = limit
    this.#make = make
  }

  of(attributes: Attributes): S {
    let node: Node<S> | undefined = this.#root
    for (const key in attributes) {
      node = node.next?.get(key)?.get(attributes[key])
      if (node === undefined) return this.#find(attributes)
    }
    return node.series ?? this.#find(attributes)
  }

  *[Symbol.iterator](): Generator<S> {
    yield* this.#byKey.values()
    if (this.#overflow !== undefined) yield this.#overflow
  }

  get size(): number {
    return this.#byKey.size + (this.#overflow === undefined ? 0 : 1)
  }

  #find(attributes: Attributes): S {
    const labels = labelSet(attributes)
    const key = labelKey(labels)
    let series = this.#byKey.get(key)
    if (series === undefined) {
      if (this.#byKey.size >= this.#limit) {
        this.#overflow ??= this.#make(OVERFLOW, true)
        return this.#overflow
      }
      series = this.#make(labels, false)
      this.#byKey.set(key, series)
    }
    this.#remember(attributes, series)
    return series
  }

  /** Keeps the way to a series, unless an array or object stands on it: those are equal only to themselves. */
  #remember(attributes: Attributes, series: S): void {
    if (this.#ways >= this.#limit * WAYS_PER_SERIES) return
    for (const key in attributes) if (typeof attributes[key] === 'object') return
    this.#ways += 1
    let node = this.#root
    for (const key in attributes) {
      node.next ??= new Map()
      const values = node.next.get(key) ?? new Map<unknown, Node<S>>()
      node.next.set(key, values)
      const next = values.get(attributes[key]) ?? {}
      values.set(attributes[key], next)
      node = next
    }
    node.series = series
  }
}
