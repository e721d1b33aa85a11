import type { PolicyRecord } from '../record.ts'
import type { Recorder } from '../recorder.ts'

/** A recorder that keeps what it is told. */
export interface MemoryRecorder extends Recorder {
  readonly records: readonly PolicyRecord[]
  /** The records of one kind, in order. */
  of<Kind extends PolicyRecord['kind']>(kind: Kind): Extract<PolicyRecord, { kind: Kind }>[]
  clear(): void
}

export function memoryRecorder(): MemoryRecorder {
  const records: PolicyRecord[] = []
  return {
    records,
    record: (record) => {
      records.push(record)
    },
    of: <Kind extends PolicyRecord['kind']>(kind: Kind) =>
      records.filter(
        (record): record is Extract<PolicyRecord, { kind: Kind }> => record.kind === kind,
      ),
    clear: () => {
      records.length = 0
    },
  }
}
