import { PlimsollError } from './error.ts'

/** Where in an object a value stands. */
export type OptionPath = readonly (string | number)[]

/** `hosts["api.example.org"].breaker.openMs` for its path; `options` for the whole object. */
export function formatPath(path: OptionPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (!/^[A-Za-z_$][\w$]*$/.test(step)) text += `[${JSON.stringify(step)}]`
    else text += text === '' ? step : `.${step}`
  }
  return text === '' ? 'options' : text
}

/** What is wrong with an option: its value, its name, or that it is not there. */
export type OptionFault = 'value' | 'unknown' | 'missing'

/** An option has a value that it cannot have. `path` and `value` say which, for whoever knows file and line. */
export class OptionError extends PlimsollError {
  override readonly name = 'OptionError'
  readonly path: OptionPath
  readonly value: unknown
  readonly fault: OptionFault

  constructor(path: OptionPath, value: unknown, problem: string, fault: OptionFault = 'value') {
    // Only where the value is at fault does it help to see it.
    const got = fault === 'value' ? `, got ${show(value)}` : ''
    super('ERR_PLIMSOLL_OPTION_INVALID', `${formatPath(path)}: ${problem}${got}`)
    this.path = path
    this.value = value
    this.fault = fault
  }
}

/** Throws an {@link OptionError} for a value that is not as it should be. */
export type Check = (value: unknown, path: OptionPath) => void

export interface NumberRange {
  readonly atLeast?: number
  readonly above?: number
  readonly atMost?: number
  readonly integer?: boolean
  /** `Infinity` is allowed, where it means "no limit". */
  readonly infinite?: boolean
  /** For the message: `milliseconds`. */
  readonly unit?: string
}

/** A number in a range; never NaN. */
export function numberIn(range: NumberRange): Check {
  const expected = `expected ${describe(range)}`
  const { atLeast = -Infinity, above = -Infinity, atMost = Infinity, infinite = false } = range
  return (value, path) => {
    const good =
      typeof value === 'number' &&
      (Number.isFinite(value) || (infinite && value === Infinity)) &&
      value >= atLeast &&
      value > above &&
      value <= atMost &&
      (range.integer !== true || Number.isInteger(value))
    if (!good) throw new OptionError(path, value, expected)
  }
}

/** Milliseconds from 0; the usual check of a duration. */
export const duration: Check = numberIn({ atLeast: 0, unit: 'milliseconds' })

/** Milliseconds above 0, for what would make no sense at 0. */
export const positiveDuration: Check = numberIn({ above: 0, unit: 'milliseconds' })

/** Milliseconds from 0, or `Infinity` for no limit. */
export const durationOrInfinity: Check = numberIn({
  atLeast: 0,
  infinite: true,
  unit: 'milliseconds',
})

/** One of a few values. */
export function oneOf(...allowed: readonly unknown[]): Check {
  const expected = `expected ${allowed.map(show).join(' or ')}`
  return (value, path) => {
    if (!allowed.includes(value)) throw new OptionError(path, value, expected)
  }
}

export const text: Check = (value, path) => {
  if (typeof value !== 'string' || value === '') {
    throw new OptionError(path, value, 'expected a string that is not empty')
  }
}

export const callable: Check = (value, path) => {
  if (typeof value !== 'function') throw new OptionError(path, value, 'expected a function')
}

/** An object that has these functions, such as a clock or a recorder. */
export function having(what: string, ...methods: readonly string[]): Check {
  return (value, path) => {
    const good = isObject(value) && methods.every((name) => typeof value[name] === 'function')
    if (!good) throw new OptionError(path, value, `expected ${what} (with ${methods.join(', ')})`)
  }
}

/** An array, every element as `check` asks. */
export function listOf(check: Check, minimum = 0): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < minimum) {
      const least = minimum === 0 ? '' : ` of at least ${minimum}`
      throw new OptionError(path, value, `expected a list${least}`)
    }
    value.forEach((element, index) => check(element, [...path, index]))
  }
}

/**
 * An object with these fields and no other: an unknown key is an error that names the nearest known one. (An instance of
 * a class may have what else it likes.) A field that is absent or undefined is left to its default, unless it is in
 * `required`.
 */
export function fields(
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): Check {
  const known = Object.keys(checks)
  return (value, path) => {
    if (!isObject(value)) throw new OptionError(path, value, 'expected an object of options')
    for (const key of isPlain(value) ? Object.keys(value) : []) {
      if (!Object.hasOwn(checks, key)) throw unknownKey(key, value[key], known, path)
    }
    for (const [key, check] of Object.entries(checks)) {
      const field = value[key]
      if (field !== undefined) check(field, [...path, key])
      else if (required.includes(key)) {
        throw new OptionError([...path, key], field, 'this option is required', 'missing')
      }
    }
  }
}

/** Checks of the options that every policy has. */
export const COMMON_CHECKS = {
  name: text,
  subject: (value: unknown, path: OptionPath) => {
    if (!isObject(value)) throw new OptionError(path, value, 'expected a subject')
  },
  recorder: having('a recorder', 'record'),
  clock: having('a clock', 'now', 'epoch', 'sleep'),
  random: callable,
} satisfies Readonly<Record<string, Check>>

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unknownKey(
  key: string,
  value: unknown,
  known: readonly string[],
  path: OptionPath,
): Error {
  const problem = `there is no such option; ${nameHint(key, known)}`
  return new OptionError([...path, key], value, problem, 'unknown')
}

/**
 * The word of `known` that needs the fewest edits to become `word`, if that is few enough to be a slip, or else one that
 * holds it: `retries` for `maxRetries`.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  // More edits than that, or a whole word of them, and it is another word.
  let fewest = Math.min(Math.max(3, Math.floor(word.length / 3) + 1), word.length)
  for (const candidate of known) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) {
      fewest = edits
      best = candidate
    }
  }
  if (best !== undefined || word.length < 4) return best
  return known.find((candidate) => candidate.toLowerCase().includes(word.toLowerCase()))
}

/** What to write instead of a name that is none of `known`: the nearest of them, or all. */
export function nameHint(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
}

/** Levenshtein distance, by rows. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replace = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

function describe(range: NumberRange): string {
  const noun = range.integer === true ? 'a whole number' : 'a number'
  const limits = [
    range.atLeast === undefined ? '' : `from ${range.atLeast}`,
    range.above === undefined ? '' : `above ${range.above}`,
    range.atMost === undefined ? '' : `to ${range.atMost}`,
    range.infinite === true ? 'or Infinity' : '',
  ]
  const unit = range.unit === undefined ? '' : `of ${range.unit}`
  return [noun, unit, ...limits].filter((part) => part !== '').join(' ')
}

const LONGEST_SHOWN = 60

/** A value for a message: short, and harmless whatever it is. */
function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(
      value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value,
    )
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}
