import { PromqlError, type InstantResult } from '@plimsoll/promql'
import type { Reply } from './transport.ts'

interface Envelope {
  readonly status?: unknown
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown } | null
  readonly errorType?: unknown
  readonly error?: unknown
  readonly warnings?: unknown
  readonly infos?: unknown
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
  if (status === 200 && envelope.status === 'success' && TYPES.has(data?.resultType)) {
    if (!Array.isArray(data?.result)) return null
    const annotations = { warnings: texts(envelope.warnings), infos: texts(envelope.infos) }
    return { resultType: data.resultType, result: data.result, ...annotations } as InstantResult
  }
  const refused = status === 400 || status === 422 || GIVEN_UP.has(envelope.errorType)
  if (envelope.status !== 'error' || !refused) return null
  const said = typeof envelope.error === 'string' ? envelope.error : JSON.stringify(envelope.error)
  throw new PromqlError('execution', said)
}

function parsed(body: string): Envelope | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
