import { PromqlError, type InstantResult } from '@plimsoll/promql'
import type { Reply } from './transport.ts'

interface Envelope {
  readonly status?: unknown
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown } | null
  readonly errorType?: unknown
  readonly error?: unknown
  readonly warnings?: unknown
  readonly infos?: unknown
  /** VictoriaMetrics: a part of its store did not answer. */
  readonly isPartial?: unknown
}

const TYPES: ReadonlySet<unknown> = new Set(['vector', 'scalar', 'string', 'matrix'])

/** The server gave up on the query, rather than that it was busy for the moment. */
const GIVEN_UP: ReadonlySet<unknown> = new Set(['timeout', 'canceled', 'execution'])

/**
 * The answer that a reply holds; null when it is none of Prometheus's API.
 *
 * @throws PromqlError of kind `execution` when the server says that it cannot evaluate the query.
 */
export function answerOf({ status, body }: Reply): InstantResult | null {
  const envelope = parsed(body)
  if (envelope === null) return null
  const { data } = envelope
  if (status === 200 && envelope.status === 'success' && isObject(data)) {
    if (!isResult(data)) return null
    const annotations = { warnings: warningsOf(envelope), infos: texts(envelope.infos) }
    return { resultType: data.resultType, result: data.result, ...annotations } as InstantResult
  }
  const refused = status === 400 || status === 422 || GIVEN_UP.has(envelope.errorType)
  if (envelope.status !== 'error' || !refused) return null
  const said = typeof envelope.error === 'string' ? envelope.error : JSON.stringify(envelope.error)
  throw new PromqlError('execution', said)
}

/** A sample that is none would be a series that is not there. */
function isResult({ resultType: type, result }: NonNullable<Envelope['data']>): boolean {
  if (!TYPES.has(type) || !Array.isArray(result)) return false
  if (type === 'scalar' || type === 'string') return isPair(result)
  return result.every(type === 'vector' ? isSample : isSeries)
}

function isSample(sample: unknown): boolean {
  if (!isObject(sample) || !isObject(sample['metric'])) return false
  return isPair(sample['value']) || Array.isArray(sample['histogram'])
}

function isSeries(series: unknown): boolean {
  if (!isObject(series) || !isObject(series['metric'])) return false
  const { values, histograms } = series
  if (!Array.isArray(values)) return Array.isArray(histograms)
  return values.every(isPair)
}

function isPair(pair: unknown): boolean {
  return Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function warningsOf({ warnings, isPartial }: Envelope): string[] {
  return isPartial === true ? [...texts(warnings), 'isPartial'] : texts(warnings)
}

function parsed(body: string): Envelope | null {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
