import { join } from 'node:path'
import { publish, publishOnce } from './publish.ts'
import { RUN_RECORD } from './run-folder.ts'

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

/** The record of a run, from its begin to its end. */
export interface OpenRecord {
  /** Writes it, unless another root joined the run earlier and owns it. */
  begin(): void
  /** Writes it again with its end; also where the begin could not be written. */
  end(time: string, outcome: Outcome): void
}

export function createRunRecord(folder: string, record: RunRecord): OpenRecord {
  const path = join(folder, RUN_RECORD)
  let owner: 'us' | 'another' | 'nobody' = 'nobody'
  return {
    begin() {
      owner = publishOnce(path, text(record)) ? 'us' : 'another'
    },
    end(time, outcome) {
      if (owner === 'another') return
      const ended = text({ ...record, end: time, ...outcome })
      if (owner === 'us') publish(path, ended)
      else owner = publishOnce(path, ended) ? 'us' : 'another'
    },
  }
}

function text(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}
