import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import type { Document, LineCounter } from 'yaml'
import { inWords } from '../messages.ts'
import { jsonFault } from './json-fault.ts'

/** Where in a file: both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

export type Path = readonly (string | number)[]

/** A configuration file as data, with the way back to its text. */
export interface Source {
  readonly value: unknown
  /** Where the value at `path` stands, or its key; the nearest thing around it where it is absent. */
  place(path: Path, part: 'key' | 'value'): Place
}

/** What keeps the text from being data at all. */
export interface SyntaxFault extends Place {
  readonly message: string
}

/**
 * Parses YAML 1.2, of which JSON is a part; a `.json` file must be JSON indeed.
 *
 * The parser is loaded only here: a program without a configuration does not pay for it.
 */
export function parseSource(text: string, isJson: boolean): Source | readonly SyntaxFault[] {
  const { parseDocument, LineCounter } = createRequire(import.meta.url)('yaml') as typeof Yaml
  const lines = new LineCounter()
  // `<<` is no part of YAML 1.2, but everybody's.
  const options = { lineCounter: lines, prettyErrors: false, version: '1.2', merge: true } as const
  const document = parseDocument(text, options)
  const fault = isJson ? jsonFault(text) : undefined
  if (fault !== undefined) return [{ message: fault.message, ...placeAt(lines, fault.offset) }]
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      message: inOurWords(error),
      ...placeAt(lines, error.pos[0]),
    }))
  }
  try {
    return {
      value: document.toJS({ maxAliasCount: 100 }) as unknown,
      place: (path, part) => placeAt(lines, offsetOf(document, path, part)),
    }
  } catch (error) {
    // An alias without its anchor, or aliases that multiply without end.
    const name = /: (?<name>\S+)$/u.exec(inWords(error))?.groups?.['name']
    const offset = name === undefined ? 0 : Math.max(0, text.indexOf(`*${name}`))
    return [{ message: inWords(error), ...placeAt(lines, offset) }]
  }
}

function inOurWords({ code, message }: Yaml.YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; a configuration is one'
  return message.split('\n', 1)[0] ?? message
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  // Offset 0 of an empty text has no line yet.
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** Walks down as far as the path leads. */
function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  let offset = startOf(document.contents) ?? 0
  let node: unknown = document.contents
  for (const [index, step] of path.entries()) {
    const pair = childOf(node, step)
    if (pair === undefined) return offset
    const last = index === path.length - 1
    offset =
      (last && part === 'key' ? startOf(pair.key) : undefined) ??
      startOf(pair.value) ??
      startOf(pair.key) ??
      offset
    node = pair.value
  }
  return offset
}

function childOf(
  node: unknown,
  step: string | number,
): { key: unknown; value: unknown } | undefined {
  const items = property(node, 'items')
  if (!Array.isArray(items)) return undefined
  for (const [index, item] of items.entries()) {
    // A pair of a map has a key, an item of a list has none.
    const key = property(item, 'key')
    if (key === undefined && index === step) return { key: item, value: item }
    if (key !== undefined && named(key, step)) return { key, value: property(item, 'value') }
  }
  return undefined
}

function named(key: unknown, step: string | number): boolean {
  const text = property(key, 'value') ?? key
  return (typeof text === 'string' || typeof text === 'number') && `${text}` === `${step}`
}

function startOf(node: unknown): number | undefined {
  const range = property(node, 'range')
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined
}

function property(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && name in holder
    ? (holder as Record<string, unknown>)[name]
    : undefined
}
