import { createCells, createRecorder } from '@plimsoll/telemetry'
import type { Micro } from '../micro.ts'
import { CALL_RECORDS } from './sample-records.ts'

/** Cells and a recorder on them, read between the stretches; nobody takes events or spans. */
export function prepare(): readonly Micro[] {
  const cells = createCells()
  const between = (): unknown => cells.collect()
  const counter = cells.measures.bind('rateRequests', { 'server.address': 'api.example.org' })
  const histogram = cells.measures.bind('callDuration', { 'server.address': 'api.example.org' })
  const recorder = createRecorder({ measures: cells.measures })
  const records = Object.values(CALL_RECORDS)
  return [
    { name: 'bound cell: counter', step: () => counter.record(1), between },
    { name: 'bound cell: histogram', step: () => histogram.record(0.012), between },
    ...records.map((record) => ({
      name: `recorder: \`${record.kind}\``,
      step: () => recorder.record(record),
      between,
    })),
    {
      name: 'recorder: all records of a call',
      step: () => {
        for (const record of records) recorder.record(record)
      },
      between,
    },
  ]
}
