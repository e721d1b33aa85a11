import { HOST, POLICY_EFFECTS } from './attribute-groups.ts'
import { ATTRIBUTES as A, type AttributeDefinition } from './attributes.ts'
import { NAMESPACE as NS } from './namespace.ts'

/** Names of our spans. An attempt is named by its method, as the HTTP conventions ask. */
export const SPANS = {
  call: `${NS}.http.call`,
  fallback: `${NS}.fallback`,
} as const

/** A span that we make. */
export interface SpanDefinition {
  readonly name: string
  readonly kind: 'INTERNAL' | 'CLIENT'
  readonly brief: string
  readonly attributes: readonly AttributeDefinition[]
}

/** Every span, and what it carries where that is known. */
export const SPAN_DEFINITIONS = {
  fallback: {
    name: SPANS.fallback,
    kind: 'INTERNAL',
    brief: 'One work item, all tiers.',
    attributes: [A.workId, A.artifactId, A.fallbackTier, A.source, A.fallbackTried, A.errorType],
  },
  call: {
    name: SPANS.call,
    kind: 'INTERNAL',
    brief: 'One logical call, all attempts.',
    attributes: [
      A.method,
      ...HOST,
      A.role,
      A.status,
      A.urlHash,
      A.cacheResult,
      ...POLICY_EFFECTS,
      A.errorType,
    ],
  },
  attempt: {
    name: '{method}',
    kind: 'CLIENT',
    brief: 'One attempt, as the HTTP conventions ask.',
    attributes: [A.method, ...HOST, A.urlFull, A.resendCount, A.status, A.errorType],
  },
} as const satisfies Record<string, SpanDefinition>
