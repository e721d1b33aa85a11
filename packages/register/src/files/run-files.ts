import { mkdirSync } from 'node:fs'
import { basename } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { processClock } from '../process-clock.ts'
import type { Settings } from '../settings.ts'
import { VERSION } from '../version.ts'
import type { DiskWarning } from './disk-warning.ts'
import { pruneRuns } from './retention.ts'
import { makeHome } from './run-folder.ts'
import { createRunRecord, type Outcome, type RunRecord } from './run-record.ts'

/** The files of a run beside the telemetry itself. */
export interface RunFiles {
  /** Writes how the run ended into its record; does nothing where the record is another process's. */
  writeOutcome(outcome: Outcome): void
}

/** Makes the folder of the run, deletes old ones, opens the record: the root's work. Others find it done. */
export function openRunFiles(settings: Settings, warning: DiskWarning): RunFiles {
  const { folders, config, identity } = settings
  const isRoot = isMainThread && identity.parent === undefined
  const record = isRoot ? createRunRecord(folders.run, recordOf(settings)) : undefined
  try {
    mkdirSync(folders.run, { recursive: true })
    if (isRoot) {
      makeHome(folders.home)
      record?.begin()
      pruneRuns(folders.runs, folders.run, config.files.keepRuns, processClock.epoch())
    }
  } catch (error) {
    warning(folders.run, error)
  }
  return {
    writeOutcome(outcome) {
      try {
        record?.end(isoNow(), outcome)
      } catch (error) {
        warning(folders.run, error)
      }
    },
  }
}

function recordOf({ identity, service, program }: Settings): RunRecord {
  return {
    schemaVersion: 1,
    id: identity.runId,
    service,
    start: isoNow(),
    pid: process.pid,
    node: process.versions.node,
    plimsoll: VERSION,
    command: program.script === undefined ? program.command : basename(program.script),
  }
}

function isoNow(): string {
  return new Date(processClock.epoch()).toISOString()
}
