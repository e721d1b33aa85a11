import type { CallRecord } from '@plimsoll/policies'
import { ATTRIBUTES as A } from '@plimsoll/semconv'
import type { FieldSink } from './fields.ts'

/** What the policies did to a call, as its event and its span both say it. */
export function putPolicyFields(record: CallRecord, to: FieldSink): void {
  to.put(A.retryCount, record.retryCount)
  to.put(A.retryDelay, record.retryDelayS)
  to.put(A.retryAfter, record.retryAfterS)
  to.put(A.retryAfterAction, record.retryAfterAction)
  to.put(A.rateDelay, record.rateDelayS)
  to.put(A.breakerState, record.breakerState)
  to.put(A.breakerRecorded, record.breakerRecorded)
}
