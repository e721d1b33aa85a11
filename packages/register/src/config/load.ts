import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { FetchOptions } from '@plimsoll/fetch'
import { VARIABLES } from '../environment.ts'
import { inWords } from '../messages.ts'
import { parsedObject } from '../parsed-object.ts'
import { CONFIG_DEFAULTS, type Config } from './config.ts'
import { readSections, type Problem } from './schema.ts'
import { parseSource, type Path, type Place } from './source.ts'

/** Names that are looked for in the working folder, when `PLIMSOLL_CONFIG` names none. */
export const CONFIG_FILES = [
  'plimsoll.config.yaml',
  'plimsoll.config.yml',
  'plimsoll.config.json',
] as const

/** The outcome of looking for a configuration. */
export type Loaded =
  | { readonly kind: 'none'; readonly config: Config }
  | { readonly kind: 'valid'; readonly file: string; readonly config: Config }
  /** `problems` holds a line for each, with file, line and column. */
  | { readonly kind: 'invalid'; readonly file: string; readonly problems: readonly string[] }

/** Judges the section `fetch`: throws an error with the `path` of what is wrong. */
export type FetchCheck = (options: unknown, path: Path) => asserts options is FetchOptions

/** Finds, reads and judges the configuration. */
export function loadConfig(
  folder: string,
  named: string | undefined,
  checkFetch: FetchCheck,
): Loaded {
  const found = find(folder, named)
  if (found === undefined) return { kind: 'none', config: CONFIG_DEFAULTS }
  const [file, ...others] = found
  const shown = shownPath(folder, file)
  if (others.length > 0) {
    const rest = others.map((other) => shownPath(folder, other)).join(' and ')
    return { kind: 'invalid', file, problems: [`${shown}: there is ${rest} too; keep one`] }
  }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const why = named === undefined ? '' : ` (named by ${VARIABLES.config})`
    return {
      kind: 'invalid',
      file,
      problems: [`${shown}: cannot be read${why}: ${inWords(error)}`],
    }
  }
  const judged = judge(text, file, checkFetch)
  if ('config' in judged) return { kind: 'valid', file, config: judged.config }
  const problems = judged.problems.map(
    ({ line, column, message }) => `${shown}:${line}:${column}: ${message}`,
  )
  return { kind: 'invalid', file, problems }
}

function find(folder: string, named: string | undefined): [string, ...string[]] | undefined {
  if (named !== undefined) return [resolve(folder, named)]
  const [first, ...rest] = CONFIG_FILES.map((name) => join(folder, name)).filter((path) =>
    existsSync(path),
  )
  return first === undefined ? undefined : [first, ...rest]
}

function shownPath(folder: string, file: string): string {
  const near = relative(folder, file)
  return near.startsWith('..') ? file : near
}

type Placed = Place & { readonly message: string }

function judge(
  text: string,
  file: string,
  checkFetch: FetchCheck,
): { config: Config } | { problems: readonly Placed[] } {
  const source = parseSource(text, file.endsWith('.json'))
  if (!('value' in source)) return { problems: source }
  const { config, problems } = readSections(source.value)
  const { fetch, problem } = readFetch(source.value, checkFetch)
  const all = problem === undefined ? problems : [...problems, problem]
  if (all.length === 0) return { config: { ...config, fetch } }
  return {
    problems: all
      .map(({ path, part, message }) => ({ ...source.place(path, part), message }))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  }
}

/** Options that only code can give. */
const CODE_ONLY = ['recorder', 'clock', 'random', 'fetch', 'dispatcher', 'urlHashKey']

function readFetch(
  root: unknown,
  check: FetchCheck,
): { fetch: FetchOptions | undefined; problem: Problem | undefined } {
  const section = parsedObject(root)?.['fetch']
  if (section === undefined) return { fetch: undefined, problem: undefined }
  // `fetch:` with nothing behind it asks for the defaults.
  const options: unknown = section ?? {}
  for (const key of Object.keys(parsedObject(options) ?? {})) {
    if (!CODE_ONLY.includes(key)) continue
    const message = `fetch.${key} can only be given in code, to createFetch`
    return { fetch: undefined, problem: { path: ['fetch', key], part: 'key', message } }
  }
  try {
    check(options, ['fetch'])
    return { fetch: options, problem: undefined }
  } catch (error) {
    const { path, part } = pathOf(error)
    return { fetch: undefined, problem: { path, part, message: inWords(error) } }
  }
}

/** The path that an option error carries. */
function pathOf(error: unknown): Pick<Problem, 'path' | 'part'> {
  const path: unknown = error instanceof Error && 'path' in error ? error.path : undefined
  const part = error instanceof Error && /no such option/iu.test(error.message) ? 'key' : 'value'
  const steps = Array.isArray(path)
    ? path.filter((step) => typeof step === 'string' || typeof step === 'number')
    : []
  return { path: steps.length === 0 ? ['fetch'] : steps, part }
}
