import { ATTRIBUTES as A } from './attributes.ts'

/** Whom a call, or a decision about one, is for. */
export const HOST = [A.serverAddress, A.serverPort] as const

/** What policies did to a call. */
export const POLICY_EFFECTS = [
  A.retryCount,
  A.retryDelay,
  A.retryAfter,
  A.retryAfterAction,
  A.rateDelay,
  A.breakerState,
  A.breakerRecorded,
] as const
