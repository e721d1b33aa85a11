import { ATTRIBUTES as A, type AttributeDefinition, type InstrumentId } from '@plimsoll/semconv'
import { HOST, LabelTree } from '../labels/label-tree.ts'
import type { Measures } from '../measures.ts'

/** The instruments that records are measured with, each with its labels in the order in which they are looked up. */
export const LABELS = {
  requestDuration: [HOST, A.method, A.status, A.errorType],
  callDuration: [HOST, A.method, A.role, A.errorType],
  callResends: [HOST, A.role],
  corruptBodies: [A.corruptionReason],
  retryDelay: [HOST, A.role],
  retryDecisions: [HOST, A.source, A.retryReason, A.retryResult],
  retryBudgetUtilization: [HOST, A.source],
  retryAfterDuration: [HOST, A.retryAfterAction],
  cacheLookups: [HOST, A.role, A.cacheResult],
  rateRequests: [HOST, A.source, A.role, A.rateResult],
  rateTimeInQueue: [HOST, A.source, A.role, A.rateResult],
  rateQueued: [HOST, A.source],
  breakerExecutions: [HOST, A.source, A.breakerScope, A.breakerState, A.breakerRecorded],
  breakerStateChanges: [HOST, A.source, A.breakerScope, A.breakerOldState, A.breakerNewState],
  breakerCount: [A.breakerScope, A.breakerState],
  breakerOpenDuration: [A.breakerScope],
  fallbackAttempts: [A.fallbackTier, A.source, A.fallbackOutcome, A.fallbackReason],
  fallbackDuration: [A.fallbackTier, A.errorType],
  configReloads: [A.reloadResult],
} as const satisfies Partial<Record<InstrumentId, readonly (AttributeDefinition | typeof HOST)[]>>

export type Trees = Readonly<Record<keyof typeof LABELS, LabelTree>>

export function treesOf(measures: Measures): Trees {
  const ids = Object.keys(LABELS) as (keyof typeof LABELS)[]
  const trees = ids.map((id) => [id, new LabelTree(measures, id, LABELS[id])] as const)
  return Object.fromEntries(trees) as Record<keyof typeof LABELS, LabelTree>
}
