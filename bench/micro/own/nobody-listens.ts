import { processRecorder } from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import type { Micro } from '../micro.ts'
import { CALL_RECORDS } from './sample-records.ts'

/** All that a call reports, and its two spans, where there is neither a preload nor an SDK. */
export function prepare(): readonly Micro[] {
  const records = Object.values(CALL_RECORDS)
  const { attempt, call } = CALL_RECORDS
  const start = { method: 'GET', address: 'api.example.org', port: 443 }
  const attemptStart = { ...start, urlFull: 'https://api.example.org/', resendCount: 0 }
  return [
    {
      name: 'all reports of a call, nobody listening',
      step: () => {
        const callSpan = processTracing.startCall(start)
        const attemptSpan = processTracing.startAttempt(attemptStart)
        for (const record of records) processRecorder.record(record)
        attemptSpan.end(attempt)
        callSpan.end(call)
      },
    },
  ]
}
