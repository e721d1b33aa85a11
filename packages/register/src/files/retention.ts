import { lstatSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parsedObject } from '../parsed-object.ts'
import { RUN_RECORD, isRunFile } from './run-folder.ts'

/** A run whose files rest this long is not being written: longer than any interval between writes. */
const REST_MS = 15 * 60_000

interface RunAge {
  readonly folder: string
  /** Time of the last write to any of its telemetry files. */
  readonly telemetryMs: number
  /** Time of the last write to its record. */
  readonly recordMs: number
}

/**
 * Deletes all but the newest `keep` runs, `current` among them. Spared are runs that may still be written, and folders
 * that hold anything but files of ours.
 *
 * @returns how many runs were deleted
 */
export function pruneRuns(runs: string, current: string, keep: number, epochMs: number): number {
  const old = readdirSync(runs)
    .map((name) => join(runs, name))
    .filter((folder) => folder !== current)
    .flatMap((folder) => runAge(folder) ?? [])
    .sort((a, b) => lastWriteMs(b) - lastWriteMs(a))
    .slice(keep - 1)
    .filter((run) => isAtRest(run, epochMs))
  for (const { folder } of old) rmSync(folder, { recursive: true, force: true })
  return old.length
}

/** Absent for what is no folder of a run, or vanished meanwhile. */
function runAge(folder: string): RunAge | undefined {
  // A link is not followed: what it points at is not ours.
  const entry = lstatSync(folder, { throwIfNoEntry: false })
  if (entry?.isDirectory() !== true) return undefined
  const names = readdirSync(folder)
  if (!names.every(isRunFile)) return undefined
  const time = (name: string): number =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const telemetry = names.filter((name) => !name.startsWith(RUN_RECORD))
  return {
    folder,
    telemetryMs: Math.max(0, ...telemetry.map(time)),
    recordMs: names.includes(RUN_RECORD) ? time(RUN_RECORD) : entry.mtimeMs,
  }
}

function lastWriteMs({ telemetryMs, recordMs }: RunAge): number {
  return Math.max(telemetryMs, recordMs)
}

function isAtRest(run: RunAge, epochMs: number): boolean {
  const record = readRecord(run.folder)
  const ended = record?.['end'] !== undefined
  // Of a run that ended a moment ago, a child may still be writing: later than the root wrote its end.
  if (epochMs - lastWriteMs(run) < REST_MS) return ended && run.telemetryMs <= run.recordMs
  return ended || !isAlive(record?.['pid'])
}

function isAlive(pid: unknown): boolean {
  if (typeof pid !== 'number') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readRecord(folder: string): Record<string, unknown> | undefined {
  try {
    return parsedObject(JSON.parse(readFileSync(join(folder, RUN_RECORD), 'utf8')))
  } catch {
    // No record, or half of one: its age alone decides.
    return undefined
  }
}
