import type {
  AttemptRecord,
  BreakerTransitionRecord,
  CallRecord,
  ConfigReloadRecord,
  FallbackAttemptRecord,
  RateRecord,
  Subject,
} from '@plimsoll/policies'

/** A subject with every field, so that a test shows which of them stand where. */
export const SUBJECT: Subject = {
  address: 'api.example.org',
  port: 8443,
  source: 'archive',
  role: 'metadata',
}

/** An attempt with no field that may be absent. */
export const ATTEMPT: AttemptRecord = {
  kind: 'attempt',
  subject: SUBJECT,
  method: 'GET',
  durationS: 0.02,
}

/** A call with no field that may be absent. */
export const CALL: CallRecord = {
  kind: 'call',
  subject: { address: 'api.example.org' },
  method: 'GET',
  retryCount: 0,
  retryDelayS: 0,
  rateDelayS: 0,
  durationS: 0.2,
}

/** A call with every field. */
export const FULL_CALL: CallRecord = {
  kind: 'call',
  subject: SUBJECT,
  method: 'POST',
  status: 503,
  errorType: '503',
  errorMessage: 'the server is busy',
  urlHash: '0123456789abcdef0123456789abcdef',
  cache: 'stale_if_error',
  retryCount: 2,
  retryDelayS: 1.5,
  retryAfterS: 3,
  retryAfterAction: 'honoured',
  rateDelayS: 0.25,
  breakerState: 'half_open',
  breakerRecorded: 'failure',
  durationS: 4.5,
}

export const RATE: RateRecord = {
  kind: 'rate',
  subject: SUBJECT,
  result: 'acquired',
  delayS: 0,
  waitedS: 0,
}

export const TRANSITION: BreakerTransitionRecord = {
  kind: 'breaker_transition',
  subject: SUBJECT,
  scope: 'host',
  oldState: 'closed',
  newState: 'open',
  reason: 'failure_rate',
  resetTimeoutS: 5,
  failureCount: 6,
  generation: 1,
}

/** A configuration that was rejected. */
export const RELOAD: ConfigReloadRecord = {
  kind: 'config_reload',
  result: 'rejected',
  changedHosts: 0,
  problem: 'plimsoll.config.yaml:3:1: unknown key fetsch',
}

export const FALLBACK_ATTEMPT: FallbackAttemptRecord = {
  kind: 'fallback_attempt',
  subject: { address: 'api.example.org', port: 8443 },
  workId: 'work-1',
  artifactId: 'pdf',
  tier: 'open',
  source: 'archive',
  outcome: 'failure',
  reason: 'http_5xx',
  status: 503,
  durationS: 0.75,
}
