import { processRecorder } from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import type { Micro } from '../micro.ts'
import { CALL_RECORDS } from './sample-records.ts'

/** All that a call reports, and asks for its spans and headers, where there is neither a preload nor an SDK. */
export function prepare(): readonly Micro[] {
  const records = Object.values(CALL_RECORDS)
  return [
    {
      name: 'all reports of a call, nobody listening',
      step: () => {
        if (processTracing.heard()) throw new Error('somebody listens')
        for (const record of records) processRecorder.record(record)
        processTracing.headers()
      },
    },
  ]
}
