import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Signal } from '@plimsoll/semconv'
import { publishOnce } from './publish.ts'

/** Name of the file that describes a run. */
export const RUN_RECORD = 'run.json'

const TELEMETRY_FILE = /\.(?:metrics|traces|logs)\.jsonl$/u

/** The folders that hold runs, below the folder of the configuration. */
export interface Folders {
  /** `.plimsoll` */
  readonly home: string
  /** `.plimsoll/runs` */
  readonly runs: string
  /** `.plimsoll/runs/<run-id>` */
  readonly run: string
}

export function foldersOf(cwd: string, dir: string, runId: string): Folders {
  const home = resolve(cwd, dir)
  const runs = join(home, 'runs')
  return { home, runs, run: join(runs, runId) }
}

/** Makes `.plimsoll`, and keeps what is in it out of the user's repository. */
export function makeHome(home: string): void {
  mkdirSync(home, { recursive: true })
  const ignore = join(home, '.gitignore')
  if (!existsSync(ignore)) publishOnce(ignore, '*\n')
}

/** The file of one signal of one instance. */
export function telemetryFile(run: string, instance: string, signal: Signal): string {
  return join(run, `${instance}.${signal}.jsonl`)
}

/** Whether a file with this name can only be ours: nothing else is ever deleted. */
export function isRunFile(name: string): boolean {
  return name.startsWith(RUN_RECORD) || TELEMETRY_FILE.test(name)
}

/** Bytes in the telemetry files of the run that are not of `instance`: other processes share the cap. */
export function bytesOfOthers(run: string, instance: string): number {
  let total = 0
  for (const name of readdirSync(run)) {
    if (name.startsWith(instance) || !TELEMETRY_FILE.test(name)) continue
    total += statSync(join(run, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return total
}
