import { isAlias, isScalar, type Document } from 'yaml'
import { SloCheckError, type Issue } from '../error.ts'
import { didYouMean } from '../similar.ts'
import { indicatorOfSli, type NamedIndicator } from './indicator.ts'
import type { Objective, Specs } from './model.ts'
import { readObjectives } from './objectives.ts'
import {
  API_VERSION,
  IGNORED_KINDS,
  READ_KINDS,
  readHeader,
  readSli,
  readSlo,
  type SloFields,
} from './openslo.ts'
import type { Context, Located } from './readers.ts'
import { readSpecText, type SpecText } from './spec-text.ts'

/** A spec file, as read. */
export interface SpecFile {
  readonly name: string
  readonly text: string
}

interface SloDocument {
  readonly text: SpecText
  readonly slo: Located<SloFields>
}

/** What the documents of all files hold. */
interface Gathered {
  readonly slos: SloDocument[]
  readonly indicators: Map<string, NamedIndicator>
  readonly notes: string[]
}

/**
 * Reads OpenSLO v1 files: any number of documents in each, references between them resolved.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_SPEC_INVALID` with every fault of every file.
 */
export function parseSpecs(files: readonly SpecFile[]): Specs {
  const gathered: Gathered = { slos: [], indicators: new Map(), notes: [] }
  const texts = files.map(({ name, text }) => readSpecText(name, text))
  for (const text of texts) gatherDocuments(text, gathered)
  const { slos, indicators, notes } = gathered
  reportDuplicates(slos)
  const objectives: Objective[] = slos.flatMap(({ slo, text }) =>
    readObjectives(slo, text, indicators, notes),
  )
  reportEmpty(texts, slos.length)
  const issues = texts.flatMap((text) => text.issues.toSorted(byPlace))
  if (issues.length > 0) throw invalid(issues)
  return {
    files: files.map(({ name }) => name),
    objectives,
    notes: [...new Set([...targetNotes(objectives), ...notes])],
  }
}

/** A file without a document is a mistake, and so are files without a promise. */
function reportEmpty(texts: readonly SpecText[], slos: number): void {
  const flawed = texts.some(({ issues }) => issues.length > 0)
  for (const text of texts) {
    const empty = text.documents.every(isEmpty)
    if ((empty && text.issues.length === 0) || (slos === 0 && !flawed))
      text.report(
        0,
        `holds no SLO: write a document with \`apiVersion: ${API_VERSION}\` and \`kind: SLO\``,
      )
  }
}

/** Between two `---` there may be nothing, or a comment. */
function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

function gatherDocuments(text: SpecText, gathered: Gathered): void {
  for (const document of text.documents) {
    const { contents } = document
    if (document.errors.length > 0 || contents === null || isEmpty(document)) continue
    const start = contents.range[0]
    const context: Context = {
      text,
      path: '',
      keyAt: start,
      resolve: (node) => (isAlias(node) ? (node.resolve(document) ?? node) : node),
    }
    const kind = readKind(contents, context)
    if (kind === 'SLO') {
      const slo = readSlo(contents, context)
      if (slo !== undefined) gathered.slos.push({ text, slo })
    } else if (kind === 'SLI') {
      gatherSli(contents, context, gathered)
    } else if (kind !== undefined) {
      const { line } = text.place(start)
      gathered.notes.push(
        `${text.file}:${line}: a document of kind ${kind} has no effect on a verdict`,
      )
    }
  }
}

/** The kind of a document of our version; undefined when it is not one, which is reported. */
function readKind(contents: unknown, context: Context): string | undefined {
  const header = readHeader(contents, context)
  if (header === undefined) return undefined
  const { apiVersion, kind } = header.value
  if (apiVersion === undefined || kind === undefined) return undefined
  if (apiVersion.value !== API_VERSION) {
    const foreign = /^openslo(\.com)?\/(v\w+)$/u.exec(apiVersion.value)?.[2]
    const whose = foreign === undefined ? JSON.stringify(apiVersion.value) : `OpenSLO ${foreign}`
    context.text.report(
      apiVersion.at,
      `\`apiVersion\` is ${whose}; slo-check reads \`${API_VERSION}\`: convert the document to it`,
    )
    return undefined
  }
  const kinds: readonly string[] = [...READ_KINDS, ...IGNORED_KINDS]
  if (kinds.includes(kind.value)) return kind.value
  const near = didYouMean(kind.value, kinds)
  context.text.report(
    kind.at,
    `\`kind\` must be one of ${kinds.join(', ')}, got ${JSON.stringify(kind.value)}${near}`,
  )
  return undefined
}

function gatherSli(contents: unknown, context: Context, gathered: Gathered): void {
  const { text } = context
  const sli = readSli(contents, context)
  const name = sli?.value.metadata?.value.name
  if (sli === undefined) return
  const indicator = indicatorOfSli(sli, text)
  if (name === undefined) return
  const first = gathered.indicators.get(name.value)
  if (first === undefined) {
    gathered.indicators.set(name.value, { text, at: name.at, indicator })
    return
  }
  text.report(
    name.at,
    `the SLI \`${name.value}\` is already defined at ${where(first.text, first.at)}`,
  )
}

function reportDuplicates(slos: readonly SloDocument[]): void {
  const seen = new Map<string, { text: SpecText; at: number }>()
  for (const { slo, text } of slos) {
    const name = slo.value.metadata?.value.name
    if (name === undefined) continue
    const first = seen.get(name.value)
    if (first === undefined) seen.set(name.value, { text, at: name.at })
    else
      text.report(
        name.at,
        `the SLO \`${name.value}\` is already defined at ${where(first.text, first.at)}`,
      )
  }
}

/** OpenSLO demands a target where a limit says all: say which of them mean nothing. */
function targetNotes(objectives: readonly Objective[]): string[] {
  return (['threshold', 'count', 'rate'] as const).flatMap((kind) => {
    const slos = new Set(objectives.filter((one) => one.kind === kind).map(({ slo }) => slo))
    return slos.size === 0
      ? []
      : [
          `\`target\` has no effect on a ${kind}, which is held against \`value\` alone: ${[...slos].join(', ')}`,
        ]
  })
}

function invalid(issues: readonly Issue[]): SloCheckError {
  const files = new Set(issues.map(({ file }) => file))
  const faults = issues.length === 1 ? '1 fault' : `${issues.length} faults`
  return new SloCheckError(
    'ERR_PLIMSOLL_SPEC_INVALID',
    `${[...files].join(', ')} ${files.size === 1 ? 'is' : 'are'} not valid OpenSLO v1: ${faults}`,
    { issues },
  )
}

function where(text: SpecText, at: number): string {
  const { file, line, column } = text.place(at)
  return `${file}:${line}:${column}`
}

function byPlace(a: Issue, b: Issue): number {
  return a.line - b.line || a.column - b.column
}
