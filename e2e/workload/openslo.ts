import { ANNOTATION_NAMESPACE } from '@plimsoll/semconv'

/** A promise, in the words of its kind. */
export type Pledge =
  | {
      readonly kind: 'ratio'
      readonly good: string
      readonly total: string
      readonly target: number
    }
  | {
      readonly kind: 'count' | 'rate' | 'threshold'
      readonly query: string
      readonly op: 'lte' | 'gte'
      readonly value: number
    }
  | {
      readonly kind: 'percentile'
      readonly query: string
      readonly quantile: number
      readonly op: 'lte' | 'gte'
      readonly value: number
    }

/** An OpenSLO document, in JSON, which is YAML. */
export function documentOf(promise: Pledge & { readonly name: string }): string {
  return JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: promise.name, annotations: annotationsOf(promise) },
    spec: {
      service: 'workload',
      timeWindow: [{ duration: '1d', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [objectiveOf(promise)],
      indicator: { metadata: { name: promise.name }, spec: indicatorOf(promise) },
    },
  })
}

/** Documents as one file. */
export function specText(documents: readonly string[]): string {
  return documents.join('\n---\n')
}

function annotationsOf(promise: Pledge): Readonly<Record<string, string>> {
  if (promise.kind === 'ratio' || promise.kind === 'threshold') return {}
  return {
    [`${ANNOTATION_NAMESPACE}/kind`]: promise.kind,
    ...(promise.kind === 'percentile'
      ? { [`${ANNOTATION_NAMESPACE}/quantile`]: String(promise.quantile) }
      : {}),
  }
}

function objectiveOf(promise: Pledge): object {
  if (promise.kind === 'ratio') return { target: promise.target }
  return { op: promise.op, value: promise.value, target: 0.99 }
}

function indicatorOf(promise: Pledge): object {
  if (promise.kind === 'ratio') {
    const { good, total } = promise
    return { ratioMetric: { counter: true, good: sourceOf(good), total: sourceOf(total) } }
  }
  return { thresholdMetric: sourceOf(promise.query) }
}

const sourceOf = (query: string): object => ({
  metricSource: { type: 'Prometheus', spec: { query } },
})
