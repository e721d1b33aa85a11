import type { Attributes } from '@opentelemetry/api'
import { ATTRIBUTES as A, type AttributeDefinition, type InstrumentId } from '@plimsoll/semconv'
import type { Measures, Series } from '../measures.ts'
import type { Host } from './caps.ts'

/** A value of a label; absent labels are undefined. A host is one label here and two attributes outside. */
type Label = Host | string | number | undefined

/** Stands in a list of labels for `server.address` and `server.port` together. */
export const HOST = 'host'

type Branch = Map<Label, Branch | Series>

/**
 * The series of one instrument by their labels in a fixed order: finding one costs a look-up for each label and no
 * object. The labels come closed or capped; a series that the measures fold into their overflow is not kept.
 */
export class LabelTree {
  readonly #measures: Measures
  readonly #id: InstrumentId
  readonly #labels: readonly (AttributeDefinition | typeof HOST)[]
  readonly #root: Branch = new Map()
  /** The way that was gone last: most calls of a program go the same way as the one before. */
  #last: Series | undefined
  #a: Label
  #b: Label
  #c: Label
  #d: Label
  #e: Label

  constructor(
    measures: Measures,
    id: InstrumentId,
    labels: readonly (AttributeDefinition | typeof HOST)[],
  ) {
    this.#measures = measures
    this.#id = id
    this.#labels = labels
  }

  /** The series with these values, in the order of the labels. */
  at(a?: Label, b?: Label, c?: Label, d?: Label, e?: Label): Series {
    const isSameWay =
      a === this.#a && b === this.#b && c === this.#c && d === this.#d && e === this.#e
    if (isSameWay && this.#last !== undefined) return this.#last
    const series = this.#find(a, b, c, d, e)
    // One that takes what came after the cap is asked for anew: it is not of these labels alone.
    if (series.overflow) return series
    this.#last = series
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
    this.#e = e
    return series
  }

  #find(a: Label, b: Label, c: Label, d: Label, e: Label): Series {
    let branch = this.#root
    for (let level = 0; level < this.#labels.length; level += 1) {
      const next = branch.get(pick(level, a, b, c, d, e))
      if (next === undefined) break
      if (!(next instanceof Map)) return next
      branch = next
    }
    return this.#grow([a, b, c, d, e].slice(0, this.#labels.length))
  }

  #grow(values: readonly Label[]): Series {
    const series = this.#measures.bind(this.#id, this.#attributes(values))
    if (series.overflow) return series
    let branch = this.#root
    for (const value of values.slice(0, -1)) {
      const known = branch.get(value)
      const next: Branch = known instanceof Map ? known : new Map()
      branch.set(value, next)
      branch = next
    }
    branch.set(values.at(-1), series)
    return series
  }

  #attributes(values: readonly Label[]): Attributes {
    const attributes: Attributes = {}
    for (const [index, label] of this.#labels.entries()) {
      const value = values[index]
      if (value === undefined) continue
      if (label !== HOST) attributes[label.key] = value
      else if (typeof value === 'object') {
        if (value.address !== undefined) attributes[A.serverAddress.key] = value.address
        if (value.port !== undefined) attributes[A.serverPort.key] = value.port
      }
    }
    return attributes
  }
}

function pick(level: number, a: Label, b: Label, c: Label, d: Label, e: Label): Label {
  switch (level) {
    case 0:
      return a
    case 1:
      return b
    case 2:
      return c
    case 3:
      return d
    default:
      return e
  }
}
