import type { FloatSample, InstantResult, Labels, SamplePair } from '@plimsoll/promql'

/** The number of a sample; Prometheus writes infinities in its own way. */
export function numberOf(sample: SamplePair): number {
  const [, text] = sample
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

/** The float samples of a vector; a scalar is a vector of one without labels. */
export function samplesOf(answer: InstantResult): readonly FloatSample[] {
  if (answer.resultType === 'vector')
    return answer.result.filter((sample): sample is FloatSample => 'value' in sample)
  if (answer.resultType === 'scalar') return [{ metric: {}, value: answer.result }]
  throw new TypeError(`a ${answer.resultType} has no single value`)
}

/** A series in PromQL's own form. */
export function seriesText(labels: Labels): string {
  const { __name__: name = '', ...rest } = labels
  const matchers = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `${name}{${matchers.join(', ')}}`
}
