import type { PolicyRecord, Subject } from '@plimsoll/policies'

const SUBJECT: Subject = { address: 'api.example.org', port: 443, role: 'metadata' }

/** What a call that goes well reports under all policies, in the order in which it does. */
export const CALL_RECORDS = {
  call_start: { kind: 'call_start' },
  rate: {
    kind: 'rate',
    subject: SUBJECT,
    result: 'acquired',
    delayS: 0,
    waitedS: 0,
  },
  breaker_execution: {
    kind: 'breaker_execution',
    subject: SUBJECT,
    scope: 'host',
    state: 'closed',
    recorded: 'success',
  },
  attempt: { kind: 'attempt', subject: SUBJECT, method: 'GET', status: 200, durationS: 0.012 },
  call: {
    kind: 'call',
    subject: SUBJECT,
    method: 'GET',
    status: 200,
    retryCount: 0,
    retryDelayS: 0,
    rateDelayS: 0,
    breakerState: 'closed',
    breakerRecorded: 'success',
    durationS: 0.013,
  },
} as const satisfies Record<string, PolicyRecord>
