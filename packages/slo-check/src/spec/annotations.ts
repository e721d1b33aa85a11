import { ANNOTATION_NAMESPACE } from '@plimsoll/semconv'
import { didYouMean } from '../similar.ts'
import type { NoDataRule } from './model.ts'
import type { MetadataFields } from './openslo.ts'
import type { Located } from './readers.ts'
import type { SpecText } from './spec-text.ts'

/** What our annotations of an SLO say; OpenSLO itself has no words for it. */
export interface Annotations {
  readonly kind: Located<'percentile' | 'count' | 'rate'> | undefined
  readonly quantile: Located<number> | undefined
  readonly minSamples: Located<number> | undefined
  readonly noData: Located<NoDataRule> | undefined
  readonly unit: Located<string> | undefined
}

/** A value of an annotation, or what it must be. */
type Parse<T> = (value: string) => { readonly value: T } | { readonly mustBe: string }

const PARSERS = {
  kind: words(['percentile', 'count', 'rate']),
  quantile: (value: string) => {
    const quantile = decimal(value)
    return quantile > 0 && quantile < 1
      ? { value: quantile }
      : { mustBe: 'a number above 0 and below 1, such as "0.95"' }
  },
  'min-samples': (value: string) =>
    /^[1-9]\d{0,14}$/u.test(value)
      ? { value: Number(value) }
      : { mustBe: 'a whole number of at least 1, such as "20"' },
  'no-data': words(['no_data', 'pass', 'fail', 'inconclusive']),
  unit: (value: string) =>
    value.trim() === '' || value.length > 20
      ? { mustBe: 'a unit of 1 to 20 characters, such as "s"' }
      : { value },
} satisfies Record<string, Parse<unknown>>

type Name = keyof typeof PARSERS
type Values = { [K in Name]?: Located<ValueOf<(typeof PARSERS)[K]>> }
type ValueOf<P> = P extends (value: string) => infer R
  ? Extract<R, { value: unknown }>['value']
  : never

const PREFIX = `${ANNOTATION_NAMESPACE}/`

/** Reads the annotations under our prefix; those of others are none of our business. */
export function readAnnotations(metadata: MetadataFields | undefined, text: SpecText): Annotations {
  const values: Values = {}
  for (const [key, found] of metadata?.annotations?.value ?? []) {
    if (!key.startsWith(PREFIX)) continue
    const name = key.slice(PREFIX.length)
    if (!isName(name)) {
      const known = Object.keys(PARSERS).map((candidate) => PREFIX + candidate)
      text.report(found.keyAt, `unknown annotation \`${key}\`${didYouMean(key, known)}`)
      continue
    }
    const parsed = PARSERS[name](found.value)
    if ('mustBe' in parsed) {
      text.report(
        found.at,
        `the annotation \`${key}\` must be ${parsed.mustBe}, got ${JSON.stringify(found.value)}`,
      )
    } else {
      Object.assign(values, { [name]: { value: parsed.value, at: found.at } })
    }
  }
  return {
    kind: values.kind,
    quantile: values.quantile,
    minSamples: values['min-samples'],
    noData: values['no-data'],
    unit: values.unit,
  }
}

/** The full name of an annotation. */
export function annotationName(name: Name): string {
  return PREFIX + name
}

/** Says that our annotations have no effect where they stand. */
export function refuseAnnotations(
  metadata: MetadataFields | undefined,
  text: SpecText,
  place: string,
): void {
  for (const [key, found] of metadata?.annotations?.value ?? []) {
    if (key.startsWith(PREFIX))
      text.report(found.keyAt, `\`${key}\` belongs to the metadata of the SLO, not ${place}`)
  }
}

function isName(name: string): name is Name {
  return Object.hasOwn(PARSERS, name)
}

function words<const T extends string>(choice: readonly T[]): Parse<T> {
  return (value) => {
    const word = choice.find((candidate) => candidate === value)
    if (word !== undefined) return { value: word }
    return { mustBe: `one of ${choice.join(', ')}` }
  }
}

function decimal(value: string): number {
  return /^\d*\.?\d+$/u.test(value) ? Number(value) : Number.NaN
}
