import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RUN_RECORD, writeOnce } from './run-folder.ts'

/** `run.json`: what a run is, for whoever reads its folder. Written by its root process. */
export interface RunRecord {
  readonly schemaVersion: 1
  readonly id: string
  readonly service: { readonly name: string; readonly version?: string | undefined }
  /** ISO 8601, UTC. */
  readonly start: string
  /** Absent while the run goes on, and for ever when it was killed. */
  readonly end?: string
  readonly exitCode?: number
  /** The signal that ended it. */
  readonly signal?: string
  readonly pid: number
  readonly node: string
  readonly plimsoll: string
  /** Name of the main script, without folder and arguments: those may hold secrets. */
  readonly command: string
}

/** How a process ended. */
export type Outcome = Pick<RunRecord, 'exitCode' | 'signal'>

/**
 * Writes the record, unless another root joined the run earlier and owns it.
 *
 * @returns a function that writes the end; absent when the record is another's
 */
export function openRunRecord(
  folder: string,
  record: RunRecord,
): ((end: string, outcome: Outcome) => void) | undefined {
  const path = join(folder, RUN_RECORD)
  if (!writeOnce(path, text(record))) return undefined
  return (end, outcome) => {
    // A reader sees the old record or the new one, never half of either.
    const draft = `${path}.${record.pid}`
    writeFileSync(draft, text({ ...record, end, ...outcome }))
    renameSync(draft, path)
  }
}

function text(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}
