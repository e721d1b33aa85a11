import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { VARIABLES } from '../environment.ts'
import { inWords } from '../messages.ts'
import { CONFIG_DEFAULTS, type Config } from './config.ts'
import { readFetchSection, type FetchCheck } from './fetch-section.ts'
import { forbiddenKeys } from './forbidden-keys.ts'
import { readSections, type Problem } from './schema.ts'
import { parseSource, type Place } from './source.ts'

/** Names that are looked for in the working folder, when `PLIMSOLL_CONFIG` names none. */
export const CONFIG_FILES = [
  'plimsoll.config.yaml',
  'plimsoll.config.yml',
  'plimsoll.config.json',
] as const

/** The outcome of looking for a configuration. */
export type Loaded = { readonly kind: 'none'; readonly config: Config } | Read

/** A configuration that was read. `stamp` says which it was, see {@link stampOf}. */
export type Read = { readonly file: string; readonly stamp: string } & (
  | { readonly kind: 'valid'; readonly config: Config }
  /** `problems` holds a line for each, with file, line and column. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
)

/** Finds, reads and judges the configuration. */
export function loadConfig(
  folder: string,
  named: string | undefined,
  checkFetch: FetchCheck,
): Loaded {
  const found = find(folder, named)
  if (found === undefined) return { kind: 'none', config: CONFIG_DEFAULTS }
  const [file, ...others] = found
  if (others.length > 0) {
    const rest = others.map((other) => shownPath(folder, other)).join(' and ')
    const problems = [`${shownPath(folder, file)}: there is ${rest} too; keep one`]
    return { kind: 'invalid', file, stamp: stampOf(file), problems }
  }
  return readConfig(folder, file, named, checkFetch)
}

/** Reads and judges the configuration in `file`, which is shown as seen from `folder`. */
export function readConfig(
  folder: string,
  file: string,
  named: string | undefined,
  checkFetch: FetchCheck,
): Read {
  const shown = shownPath(folder, file)
  // Before it is read: what is changed meanwhile is then seen as a change.
  const read = { file, stamp: stampOf(file) }
  let text: string
  try {
    text = decoded(readFileSync(file))
  } catch (error) {
    const why = named === undefined ? '' : ` (named by ${VARIABLES.config})`
    const problems = [`${shown}: cannot be read${why}: ${inWords(error)}`]
    return { kind: 'invalid', ...read, problems }
  }
  const judged = judge(text, file, checkFetch)
  if ('config' in judged) return { kind: 'valid', ...read, config: judged.config }
  const problems = judged.problems.map(
    ({ line, column, message }) => `${shown}:${line}:${column}: ${message}`,
  )
  return { kind: 'invalid', ...read, problems }
}

/** What shows that a file is another than it was, links followed: a mounted volume changes them, not the file. */
export function stampOf(file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false, bigint: true })
    if (found === undefined) return 'absent'
    return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':')
  } catch (error) {
    // A folder that may not be entered, or a link to itself: who reads the file is told.
    return inWords(error)
  }
}

/** Without a byte order mark, which JSON has no place for. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('it is not UTF-8 text; save it as such')
  }
}

function find(folder: string, named: string | undefined): [string, ...string[]] | undefined {
  if (named !== undefined) return [resolve(folder, named)]
  const [first, ...rest] = CONFIG_FILES.map((name) => join(folder, name)).filter((path) =>
    existsSync(path),
  )
  return first === undefined ? undefined : [first, ...rest]
}

/** A path as the user would write it. */
export function shownPath(folder: string, file: string): string {
  const near = relative(folder, file)
  return near === '' || near.startsWith('..') ? file : near
}

/** Judges a configuration as data. */
export function judgeValue(
  value: unknown,
  checkFetch: FetchCheck,
): { config: Config } | { problems: readonly Problem[] } {
  const forbidden = forbiddenKeys(value)
  if (forbidden.length > 0) return { problems: forbidden }
  const { config, problems } = readSections(value)
  const { fetch, problems: ofFetch } = readFetchSection(value, checkFetch)
  const all = [...problems, ...ofFetch]
  return all.length === 0 ? { config: { ...config, fetch } } : { problems: all }
}

type Placed = Place & { readonly message: string }

function judge(
  text: string,
  file: string,
  checkFetch: FetchCheck,
): { config: Config } | { problems: readonly Placed[] } {
  const source = parseSource(text, file.endsWith('.json'))
  if (!('value' in source)) return { problems: source }
  const judged = judgeValue(source.value, checkFetch)
  if ('config' in judged) return judged
  return {
    problems: judged.problems
      .map(({ path, part, message }) => ({ ...source.place(path, part), message }))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  }
}
