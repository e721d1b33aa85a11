import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml'
import { didYouMean } from '../similar.ts'
import { abbreviated, describe } from './description.ts'
import type { SpecText } from './spec-text.ts'

/** A value that was read, with the offset of its text. */
export interface Located<T> {
  readonly value: T
  readonly at: number
  /** The fields that a mapping has, refused ones included. */
  readonly present?: ReadonlySet<string>
}

/** Where a reader stands. */
export interface Context {
  readonly text: SpecText
  /** Path of the value in its document, such as `spec.objectives[0].target`. */
  readonly path: string
  resolve(node: unknown): unknown
  /** Offset to blame when the value has none, that of its key. */
  readonly keyAt: number
}

/** Reads a value, or reports why it cannot and gives nothing. */
export type Reader<T> = (node: unknown, context: Context) => Located<T> | undefined

export interface Field<T> {
  readonly read: Reader<T>
  readonly required: boolean
  /** What to write where it is missing. */
  readonly example?: string
}

type Fields = Readonly<Record<string, Field<unknown>>>

export type RecordOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? Located<T> | undefined : never
}

/** What a reader gives. */
export type ReadBy<R> = R extends Reader<infer T> ? T : never

export function required<T>(read: Reader<T>, example?: string): Field<T> {
  return { read, required: true, ...(example === undefined ? {} : { example }) }
}

export function optional<T>(read: Reader<T>): Field<T> {
  return { read, required: false }
}

/** A mapping with these fields and, unless `open`, no others. */
export function record<F extends Fields>(
  fields: F,
  shape: 'closed' | 'open' = 'closed',
): Reader<RecordOf<F>> {
  return (node, context) => {
    const entries = entriesOf(node, context)
    if (entries === undefined) return undefined
    const values: Record<string, Located<unknown> | undefined> = {}
    for (const { key, keyAt, value } of entries.value) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined
      if (field !== undefined) {
        values[key] = field.read(value, { ...context, path: join(context.path, key), keyAt })
      } else if (shape === 'closed') {
        const known = Object.keys(fields)
        const where = context.path === '' ? 'the document' : `\`${context.path}\``
        context.text.report(keyAt, `unknown field \`${key}\` in ${where}${didYouMean(key, known)}`)
      }
    }
    const present = new Set(entries.value.map(({ key }) => key))
    for (const [name, field] of Object.entries(fields)) {
      if (field.required && !present.has(name))
        context.text.report(entries.at, missing(join(context.path, name), field.example))
    }
    return { value: values as RecordOf<F>, at: entries.at, present }
  }
}

function missing(path: string, example: string | undefined): string {
  return `\`${path}\` is missing${example === undefined ? '' : `: write \`${example}\``}`
}

/** True when a mapping lacks a field; a field that was refused is not lacking, its own fault says enough. */
export function lacks(mapping: Located<unknown>, field: string): boolean {
  return mapping.present?.has(field) !== true
}

/** A mapping with free keys. */
export function mapOf<T>(
  read: Reader<T>,
): Reader<ReadonlyMap<string, Located<T> & { keyAt: number }>> {
  return (node, context) => {
    const entries = entriesOf(node, context)
    if (entries === undefined) return undefined
    const values = new Map<string, Located<T> & { keyAt: number }>()
    for (const { key, keyAt, value } of entries.value) {
      const found = read(value, { ...context, path: join(context.path, key), keyAt })
      if (found !== undefined) values.set(key, { ...found, keyAt })
    }
    return { value: values, at: entries.at }
  }
}

export function listOf<T>(read: Reader<T>): Reader<readonly Located<T>[]> {
  return (raw, context) => {
    const node = context.resolve(raw)
    if (!isSeq(node)) return wrong(node, context, 'a list')
    const at = offsetOf(node, context)
    const items = node.items.flatMap((item, index) => {
      const found = read(item, { ...context, path: `${context.path}[${index}]`, keyAt: at })
      return found === undefined ? [] : [found]
    })
    return { value: items, at }
  }
}

/** Text; `test` gives what it must be when it is not. */
export function text(
  test: (value: string) => string | undefined = () => undefined,
): Reader<string> {
  return (raw, context) => {
    const scalar = textScalar(raw, context)
    if (scalar === undefined) return undefined
    const complaint = test(scalar.value)
    if (complaint === undefined) return scalar
    const got = JSON.stringify(abbreviated(scalar.value))
    context.text.report(scalar.at, `\`${context.path}\` ${complaint}, got ${got}`)
    return undefined
  }
}

export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (raw, context) => {
    const found = textScalar(raw, context)
    if (found === undefined) return undefined
    const word = words.find((candidate) => candidate === found.value)
    if (word !== undefined) return { value: word, at: found.at }
    const choice = words.length === 1 ? `\`${words[0]}\`` : `one of ${words.join(', ')}`
    const near = didYouMean(found.value, words)
    context.text.report(
      found.at,
      `\`${context.path}\` must be ${choice}, got ${JSON.stringify(found.value)}${near}`,
    )
    return undefined
  }
}

/** A finite number; `test` gives what it must be when it is not. */
export function number(
  test: (value: number) => string | undefined = () => undefined,
): Reader<number> {
  return (raw, context) => {
    const node = context.resolve(raw)
    if (!isScalar(node) || typeof node.value !== 'number')
      return wrong(node, context, 'a number', isNumeral(node) ? ': leave out the quotes' : '')
    const at = offsetOf(node, context)
    const complaint = Number.isFinite(node.value) ? test(node.value) : 'must be a finite number'
    if (complaint === undefined) return { value: node.value, at }
    context.text.report(at, `\`${context.path}\` ${complaint}, got ${node.value}`)
    return undefined
  }
}

function isNumeral(node: unknown): boolean {
  return isScalar(node) && typeof node.value === 'string' && /^-?\d*\.?\d+$/u.test(node.value)
}

export function boolean(): Reader<boolean> {
  return (raw, context) => {
    const node = context.resolve(raw)
    if (!isScalar(node) || typeof node.value !== 'boolean')
      return wrong(node, context, '`true` or `false`')
    return { value: node.value, at: offsetOf(node, context) }
  }
}

/** Text whose scalar is wanted too, to find places inside it. */
export function scalarText(): Reader<{ readonly text: string; readonly scalar: Scalar }> {
  return (raw, context) => {
    const node = context.resolve(raw)
    // A selector that begins with its brace is a mapping to YAML.
    if (isMap(node)) return wrong(node, context, 'text', ': put it in quotes')
    const found = textScalar(raw, context)
    if (found === undefined) return undefined
    if (found.value.trim() === '') return wrong(found.scalar, context, 'a query')
    return { value: { text: found.value, scalar: found.scalar }, at: found.at }
  }
}

/** Anything at all. */
export function anything(): Reader<unknown> {
  return (raw, context) => ({ value: raw, at: offsetOf(context.resolve(raw), context) })
}

/** The offset of a node, or of its key when the value was left out. */
function offsetOf(node: unknown, context: Context): number {
  const ranged = node as Partial<Node> | null | undefined
  const empty = isScalar(node) && node.value === null && (node.source ?? '') === ''
  return empty ? context.keyAt : (ranged?.range?.[0] ?? context.keyAt)
}

function textScalar(
  raw: unknown,
  context: Context,
): (Located<string> & { scalar: Scalar }) | undefined {
  const node = context.resolve(raw)
  if (!isScalar(node) || typeof node.value !== 'string') {
    const quoted = isScalar(node) && node.value !== null ? `: write "${node.source ?? ''}"` : ''
    return wrong(node, context, `text${quoted === '' ? '' : ' in quotes'}`, quoted)
  }
  return { value: node.value, at: offsetOf(node, context), scalar: node }
}

function entriesOf(
  raw: unknown,
  context: Context,
): Located<readonly { key: string; keyAt: number; value: unknown }[]> | undefined {
  const node = context.resolve(raw)
  if (!isMap(node)) return wrong(node, context, 'a mapping')
  const at = offsetOf(node, context)
  const entries = node.items.flatMap((pair: Pair) => {
    const key = context.resolve(pair.key)
    const keyAt = offsetOf(key, { ...context, keyAt: at })
    if (isScalar(key) && typeof key.value === 'string')
      return [{ key: key.value, keyAt, value: pair.value }]
    context.text.report(keyAt, `a key of \`${context.path}\` must be text, got ${describe(key)}`)
    return []
  })
  return { value: entries, at }
}

function wrong(node: unknown, context: Context, wanted: string, advice = ''): undefined {
  const name = context.path === '' ? 'the document' : `\`${context.path}\``
  context.text.report(
    offsetOf(node, context),
    `${name} must be ${wanted}, got ${describe(node)}${advice}`,
  )
  return undefined
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
