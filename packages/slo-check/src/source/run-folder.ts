import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { SloCheckError, messageOf } from '../error.ts'
import { fileFault } from '../file-fault.ts'
import { similarWords } from '../similar.ts'

/** A run's folder, as the preload writes it. */
export interface RunFolder {
  /** The run id of `run.json`; null when that is missing: then the telemetry tells. */
  readonly id: string | null
  /** Paths of its metrics files. */
  readonly metricsFiles: readonly string[]
  /** Who left telemetry of any signal, and in which of the metrics files. */
  readonly instances: readonly InstanceFiles[]
  readonly warnings: readonly string[]
}

/** The metrics files that one instance left; none when it left other telemetry only. */
export interface InstanceFiles {
  readonly instance: string
  readonly files: readonly string[]
}

interface RunRecord {
  readonly id: string | null
  /** ISO 8601. */
  readonly start: string | null
}

const RUN_RECORD = 'run.json'
/** `<instance>.metrics.jsonl`, and the same with the number of a rotated file. */
const METRICS_FILE = /\.metrics(\.\d+)?\.jsonl(\.\d+)?$/u
const TELEMETRY_FILE = /\.(metrics|traces|logs)(\.\d+)?\.jsonl(\.\d+)?$/u
const START =
  'start a program with `node -r @plimsoll/register app.js`, or name OTLP files with --otlp'

/**
 * The folder of the newest run under `<dir>/runs`, by the start in its `run.json`, else by its name, else by when it
 * was last changed.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND` when there is none.
 */
export function latestRun(dir: string): string {
  const runs = join(dir, 'runs')
  const folders = listRuns(runs).map((name) => {
    const path = join(runs, name)
    return { path, name, start: recordOf(path).record.start ?? startInName(name) ?? changed(path) }
  })
  const [latest] = folders.sort(
    (a, b) => compareText(b.start, a.start) || compareText(b.name, a.name),
  )
  if (latest !== undefined) return latest.path
  throw new SloCheckError('ERR_PLIMSOLL_RUN_NOT_FOUND', `there is no run in ${runs}: ${START}`)
}

/**
 * The folders of all runs under `<dir>/runs`, by name.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND` when there is none.
 */
export function runFolders(dir: string): string[] {
  const runs = join(dir, 'runs')
  const names = listRuns(runs).toSorted()
  if (names.length > 0) return names.map((name) => join(runs, name))
  throw new SloCheckError('ERR_PLIMSOLL_RUN_NOT_FOUND', `there is no run in ${runs}: ${START}`)
}

/**
 * The folder that `--run` names: a folder's path, or the id of a run under `<dir>/runs`.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND`
 */
export function namedRun(dir: string, named: string): string {
  const runs = join(dir, 'runs')
  const isPath = named.includes('/') || named.includes(sep)
  if (!isPath && isFolder(join(runs, named))) return join(runs, named)
  if (isFolder(named)) return named
  const known = listRuns(runs)
  const near = similarWords(named, known, 3)
  const newest = known.toSorted().toReversed().slice(0, 3)
  const advice =
    near.length > 0
      ? `; did you mean ${near.join(' or ')}?`
      : newest.length > 0
        ? `; the newest here: ${newest.join(', ')}`
        : `, and there is no run in ${runs}: ${START}`
  throw new SloCheckError(
    'ERR_PLIMSOLL_RUN_NOT_FOUND',
    isPath
      ? `there is no folder ${named}${advice}`
      : `there is no run ${named}: neither a folder of that path nor ${join(runs, named)}${advice}`,
  )
}

/**
 * Looks into a run's folder.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_A_RUN` when it is none, `ERR_PLIMSOLL_RUN_NO_DATA` when it has no metrics.
 */
export function openRunFolder(path: string): RunFolder {
  const names = namesIn(path).toSorted()
  const files = names.filter((name) => METRICS_FILE.test(name)).map((name) => join(path, name))
  const { record, warning } = recordOf(path)
  const known = names.includes(RUN_RECORD)
  if (!known && !names.some((name) => TELEMETRY_FILE.test(name))) {
    throw new SloCheckError(
      'ERR_PLIMSOLL_RUN_NOT_A_RUN',
      `the folder ${path} is no run: it has neither ${RUN_RECORD} nor files like <instance>.metrics.jsonl; ${START}`,
    )
  }
  if (files.length === 0) {
    throw new SloCheckError(
      'ERR_PLIMSOLL_RUN_NO_DATA',
      `the run ${path} has no metrics file: the program has not written yet (it does every few seconds and when it ends), or its metrics went elsewhere`,
    )
  }
  const warnings = warning === undefined ? [] : [warning]
  return { id: record.id, metricsFiles: files, instances: instancesOf(path, names), warnings }
}

/** Every instance writes files of its own name, and the first of them at once. */
function instancesOf(path: string, names: readonly string[]): InstanceFiles[] {
  const telemetry = names.filter((name) => TELEMETRY_FILE.test(name))
  const instances = new Set(telemetry.map((name) => name.replace(TELEMETRY_FILE, '')))
  return [...instances].map((instance) => ({
    instance,
    files: telemetry
      .filter((name) => METRICS_FILE.test(name) && name.replace(TELEMETRY_FILE, '') === instance)
      .map((name) => join(path, name)),
  }))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw fileFault(`list ${folder}`, error)
  }
}

function listRuns(runs: string): string[] {
  try {
    return readdirSync(runs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  } catch (error) {
    if (isMissing(error)) return []
    throw fileFault(`list ${runs}`, error)
  }
}

/** A run without its record, killed before it wrote one, can be checked all the same. */
function recordOf(folder: string): { record: RunRecord; warning?: string } {
  const path = join(folder, RUN_RECORD)
  const nothing = { id: null, start: null }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const absent = isMissing(error) ? 'is missing' : `cannot be read: ${messageOf(error)}`
    return { record: nothing, warning: `${path} ${absent}; the run id is taken from the telemetry` }
  }
  try {
    const value = JSON.parse(text) as { id?: unknown; start?: unknown } | null
    return { record: { id: textOf(value?.id), start: textOf(value?.start) } }
  } catch (error) {
    const warning = `${path} is no JSON (${messageOf(error)}); the run id is taken from the telemetry`
    return { record: nothing, warning }
  }
}

/** Generated run ids begin with their time: `20261122T051900Z-3f9a1c`. */
function startInName(name: string): string | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/u.exec(name)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
}

function changed(folder: string): string {
  return statSync(folder, { throwIfNoEntry: false })?.mtime.toISOString() ?? ''
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  )
}
