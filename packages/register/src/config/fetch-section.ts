import type { FetchOptions } from '@plimsoll/fetch'
import { OptionError } from '@plimsoll/policies'
import { inWords } from '../messages.ts'
import { parsedObject } from '../parsed-object.ts'
import { unknownKeys, type Problem, type Section } from './schema.ts'
import type { Path } from './source.ts'

/** Judges options of fetch: throws an error with the `path` of the first thing that is wrong. */
export type FetchCheck = (options: unknown, path: Path) => asserts options is FetchOptions

/** Options of `createFetch` that a file can give. */
const KEYS = [
  'defaults',
  'hosts',
  'profiles',
  'sources',
  'fallbacks',
  'cache',
  'integrity',
  'redact',
  'maxHosts',
] as const
/** Those that only code can give. */
const CODE_ONLY = ['recorder', 'clock', 'random', 'fetch', 'dispatcher', 'urlHashKey']

const MAX_PROBLEMS = 20

/** Reads the section `fetch`, and collects every problem rather than the first. */
export function readFetchSection(
  root: unknown,
  check: FetchCheck,
): { fetch: FetchOptions | undefined; problems: readonly Problem[] } {
  const given = parsedObject(root)?.['fetch']
  if (given === undefined) return { fetch: undefined, problems: [] }
  // `fetch:` with nothing behind it asks for the defaults.
  const section = given === null ? {} : parsedObject(given)
  const problems: Problem[] = []
  const left: unknown = section === undefined ? given : judgeable(section, problems)
  while (problems.length < MAX_PROBLEMS) {
    try {
      check(left, ['fetch'])
      return { fetch: left, problems }
    } catch (error) {
      const problem = problemOf(error)
      const isNew = !problems.some(({ path }) => isSame(path, problem.path))
      if (isNew) problems.push(problem)
      // What is wrong is taken out, so that the check comes to what is wrong behind it; what is missed then, with its holder.
      const place = removable(problem.path)
      if (!(isNew && takeOut(left, place)) && !takeOut(left, place.slice(0, -1))) break
    }
  }
  return { fetch: undefined, problems }
}

/** A copy without the keys that no file may have, and with `defaults:`, `hosts:`, `sources:` and `name:` meaning no words of their own. */
function judgeable(section: Section, problems: Problem[]): unknown {
  const left = structuredClone(section) as Record<string, unknown>
  for (const key of Object.keys(left)) {
    if (!CODE_ONLY.includes(key)) continue
    const message = `fetch.${key} can only be given in code, to createFetch`
    problems.push({ path: ['fetch', key], part: 'key', message })
    delete left[key]
  }
  unknownKeys(left, ['fetch'], KEYS, problems)
  for (const key of Object.keys(left)) if (!isIn(KEYS, key)) delete left[key]
  left['defaults'] ??= {}
  for (const key of ['hosts', 'profiles', 'sources', 'fallbacks']) {
    left[key] ??= {}
    const named = parsedObject(left[key]) ?? {}
    if (key !== 'fallbacks') for (const name of Object.keys(named)) named[name] ??= {}
  }
  return left
}

function isIn(list: readonly string[], text: string): boolean {
  return list.includes(text)
}

function isSame(left: Path, right: Path): boolean {
  return left.length === right.length && left.every((step, index) => step === right[index])
}

/** What can be missing without being missed: of the order of a fallback, nothing can. */
function removable(path: Path): Path {
  return path[1] === 'fallbacks' ? path.slice(0, 3) : path
}

/** Takes what stands at `path`, which begins with the section, out of it; false where nothing does. */
function takeOut(section: unknown, path: Path): boolean {
  let holder = section
  for (const step of path.slice(1, -1)) holder = (holder as Section | undefined)?.[step]
  const last = path.at(-1)
  if (path.length < 2 || last === undefined || typeof holder !== 'object' || holder === null) {
    return false
  }
  return last in holder && Reflect.deleteProperty(holder, last)
}

/** A problem by the path that an option error carries. */
function problemOf(error: unknown): Problem {
  const message = inWords(error)
  if (!(error instanceof OptionError)) return { path: ['fetch'], part: 'value', message }
  const path = error.path.length === 0 ? ['fetch'] : error.path
  return { path, part: error.fault === 'unknown' ? 'key' : 'value', message }
}
