import type { NativeBucket, NativeHistogram } from '@plimsoll/promql'

import { numberOf } from './numbers.ts'

/** A native histogram as scripts write it: `{{schema:1 sum:5 count:4 offset:-1 buckets:[1 2 1]}}`. */
export interface ScriptHistogram {
  readonly schema: number
  readonly count: number
  readonly sum: number
  readonly zero: number
  /** Width of the zero bucket; the loader always writes the receiver's. */
  readonly zeroWidth: number
  readonly positive: ScriptBuckets
  readonly negative: ScriptBuckets
}

interface ScriptBuckets {
  /** Index of the first bucket; bucket i of schema s holds (2^((i-1)/2^s), 2^(i/2^s)]. */
  readonly offset: number
  readonly counts: readonly number[]
}

/** The one that Prometheus's OTLP receiver writes. */
const receiversZeroWidth = 1e-128
const known = /^(schema|count|sum|z_bucket|z_bucket_w|offset|n_offset|buckets|n_buckets)$/u

export function readHistogram(text: string): ScriptHistogram {
  const [, inner] = /^\{\{(.*)\}\}$/u.exec(text) ?? []
  if (inner === undefined) throw new Error(`"${text}" is no native histogram`)
  const fields = new Map<string, string>()
  for (const [field, name = '', value = ''] of inner.matchAll(/(\w+):(\[[^\]]*\]|\S+)|\S+/gu)) {
    if (!known.test(name)) throw new Error(`this runner's histograms have no "${field}"`)
    fields.set(name, value)
  }
  const number = (name: string, fallback = 0): number => {
    const value = fields.get(name)
    return value === undefined ? fallback : numberOf(value)
  }
  const side = (prefix: string): ScriptBuckets => ({
    offset: number(`${prefix}offset`),
    counts: (fields.get(`${prefix}buckets`) ?? '').match(/[^\s[\]]+/gu)?.map(numberOf) ?? [],
  })
  return {
    schema: number('schema'),
    count: number('count'),
    sum: number('sum'),
    zero: number('z_bucket'),
    zeroWidth: number('z_bucket_w', receiversZeroWidth),
    positive: side(''),
    negative: side('n_'),
  }
}

/** The fields of an OTLP exponential histogram's point. In OTLP bucket i holds (2^(i/2^s), 2^((i+1)/2^s)]. */
export function otlpFields(of: ScriptHistogram): object {
  if (of.zeroWidth !== receiversZeroWidth) {
    throw new Error('a zero bucket of another width cannot be loaded: the receiver sets it')
  }
  const side = ({ offset, counts }: ScriptBuckets): object => ({
    offset: offset - 1,
    bucketCounts: counts,
  })
  return {
    scale: of.schema,
    count: of.count,
    sum: of.sum,
    zeroCount: of.zero,
    positive: side(of.positive),
    negative: side(of.negative),
  }
}

/** Whether an answer is the histogram, its bounds and fractions compared by `same`. */
export function sameHistogram(
  got: NativeHistogram,
  wanted: ScriptHistogram,
  same: (got: number, wanted: number) => boolean,
): boolean {
  const numbers = (bucket: NativeBucket): number[] => bucket.map((one) => numberOf(String(one)))
  const buckets = (got.buckets ?? []).map(numbers)
  const expected = bucketsOf(wanted)
  return (
    same(numberOf(got.count), wanted.count) &&
    same(numberOf(got.sum), wanted.sum) &&
    buckets.length === expected.length &&
    expected.every((bucket, i) => bucket.every((one, j) => same(buckets[i]?.[j] ?? NaN, one)))
  )
}

/** Buckets in the HTTP API's form, as numbers. */
function bucketsOf({ schema, positive, negative, zero, zeroWidth }: ScriptHistogram): number[][] {
  const bound = (index: number): number => 2 ** (index / 2 ** schema)
  const above = positive.counts.map((count, i) => {
    const index = positive.offset + i
    return [0, bound(index - 1), bound(index), count]
  })
  const below = negative.counts.map((count, i) => {
    const index = negative.offset + i
    return [1, -bound(index), -bound(index - 1), count]
  })
  const middle = [3, -zeroWidth, zeroWidth, zero]
  return [...below.toReversed(), middle, ...above].filter(([, , , count]) => count !== 0)
}

/** The histogram as a fault may cite it. */
export function histogramText(of: NativeHistogram): string {
  const buckets = (of.buckets ?? []).map(
    ([, lower, upper, count]) => `${count} in ${lower}…${upper}`,
  )
  return `{count ${of.count}, sum ${of.sum}: ${buckets.join(', ')}}`
}
