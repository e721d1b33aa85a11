import { LineCounter, Scalar, parseAllDocuments, type Document, type YAMLError } from 'yaml'
import type { Issue, Place } from '../error.ts'

/** One spec file: its YAML documents, its positions, and the faults found so far. */
export interface SpecText {
  readonly file: string
  readonly documents: readonly Document.Parsed[]
  readonly issues: Issue[]
  place(offset: number): Place
  report(offset: number, message: string): void
  /** A function from offsets in a scalar's value to places in the file. */
  locator(scalar: Scalar): (offset: number) => Place
}

/** Reads YAML 1.2. Never throws: what is no YAML stands in `issues`. */
export function readSpecText(file: string, text: string): SpecText {
  const lineCounter = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false })
  const documents = Array.isArray(parsed) ? parsed : []
  const issues: Issue[] = []
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const report = (offset: number, message: string): void => {
    issues.push({ ...place(offset), message })
  }
  for (const { errors, warnings } of documents) {
    // The parser goes on after a fault, and what it finds then are mostly its consequences.
    const [fault] = [...errors, ...warnings]
    if (fault !== undefined) report(fault.pos[0], yamlFault(fault))
  }
  const locator = (scalar: Scalar): ((offset: number) => Place) => {
    let offsets: readonly number[] | undefined
    return (offset) => {
      offsets ??= sourceOffsets(text, scalar)
      return place(offsets[Math.min(Math.max(offset, 0), offsets.length - 1)] ?? 0)
    }
  }
  return { file, documents, issues, place, report, locator }
}

/**
 * For each character of a scalar's value, and for its end, the offset in the file that it came from.
 *
 * Quoting, escapes, folding and indentation make a value differ from its source, so both are walked side by side: white
 * space that the value lacks is skipped, an escape counts as one character.
 */
function sourceOffsets(text: string, scalar: Scalar): readonly number[] {
  const value = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '')
  let at = contentStart(text, scalar)
  const offsets: number[] = []
  for (const unit of value.split('')) {
    while (text[at] !== unit && isSpace(text[at])) at += 1
    offsets.push(at)
    if (text[at] === unit) at += scalar.type === Scalar.QUOTE_SINGLE && unit === "'" ? 2 : 1
    else if (scalar.type === Scalar.QUOTE_DOUBLE && text[at] === '\\') at += escapeLength(text, at)
  }
  offsets.push(at)
  return offsets
}

function contentStart(text: string, scalar: Scalar): number {
  const start = scalar.range?.[0] ?? 0
  if (scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED) {
    const newline = text.indexOf('\n', start)
    return newline === -1 ? text.length : newline + 1
  }
  const isQuoted = scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE
  return isQuoted ? start + 1 : start
}

const ESCAPE_LENGTHS: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

function escapeLength(text: string, at: number): number {
  return ESCAPE_LENGTHS[text[at + 1] ?? ''] ?? 2
}

function isSpace(unit: string | undefined): boolean {
  return unit === ' ' || unit === '\t' || unit === '\n' || unit === '\r'
}

function yamlFault({ code, message }: YAMLError): string {
  const told = message.slice(0, 1).toLowerCase() + message.slice(1)
  return `not valid YAML: ${told}${FROM_INDENTATION.has(code) ? '; is the indentation right?' : ''}`
}

/** What the parser says of a line that stands too far to the left or right. */
const FROM_INDENTATION: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
])
