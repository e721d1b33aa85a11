import type { SpanContext } from '@opentelemetry/api'

/** Which traces are sampled: the six samplers that `OTEL_TRACES_SAMPLER` knows. */
export interface Sampling {
  /** Whether what the parent says is final; then `ratio` is for traces that begin here. */
  readonly parentBased: boolean
  /** Share of the traces, by their ids: 1 is all of them, 0 is none. */
  readonly ratio: number
}

/** Whether a span is sampled, of its trace id and its parent, where it has one. */
export type IsSampled = (traceId: string, parent: SpanContext | undefined) => boolean

/** The decision of the SDK's samplers, without an object for it. */
export function isSampledBy({ parentBased, ratio }: Sampling): IsSampled {
  const root = rootOf(ratio)
  if (!parentBased) return root
  return (traceId, parent) => (parent === undefined ? root(traceId) : isMarked(parent))
}

/** Whether the context of a span says that it is sampled. */
export function isMarked({ traceFlags }: SpanContext): boolean {
  return (traceFlags & 1) === 1
}

function rootOf(ratio: number): (traceId: string) => boolean {
  if (ratio >= 1) return () => true
  if (!(ratio > 0)) return () => false
  const bound = Math.floor(ratio * 0xffffffff)
  return (traceId) => folded(traceId) < bound
}

/** The four words of a trace id, one over the other: every service of a trace must come to the same. */
function folded(traceId: string): number {
  let word = 0
  for (let at = 0; at < 32; at += 8) word ^= Number.parseInt(traceId.slice(at, at + 8), 16)
  return word >>> 0
}
