import { PromqlError, type ParsedQuery } from '@plimsoll/promql'
import { SloCheckError, type Issue } from '../error.ts'
import type { Scope, Source } from '../source/source.ts'
import { queriesOf, type Objective, type SpecQuery } from '../spec/model.ts'
import { choosesAnotherRun, choosesRun, escaped, RUN_LABEL } from './selector.ts'
import { durationText, fillTemplate, type FilledTemplate, type Fillings } from './template.ts'

/** A query of a spec, filled in and parsed. */
export interface PreparedQuery {
  readonly query: SpecQuery
  /** The query with its placeholders filled. */
  readonly text: string
  /** What a bare selector is limited to beyond its own matchers; null for nothing. */
  readonly limit: string | null
  readonly parsed: ParsedQuery
}

/** Finds the prepared form of a query. */
export type Prepared = (query: SpecQuery) => PreparedQuery

/**
 * Fills in and parses every query, so that no verdict is given while one of them is wrong.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_QUERY_INVALID` with every fault, at its place in the spec file.
 */
export function prepareQueries(objectives: readonly Objective[], source: Source): Prepared {
  const fillings = fillingsOf(source)
  const prepared = new Map<SpecQuery, PreparedQuery>()
  const issues: Issue[] = []
  for (const query of new Set(objectives.flatMap(queriesOf))) {
    const result = prepare(query, fillings, source)
    if ('parsed' in result) prepared.set(query, result)
    else issues.push(...result.issues)
  }
  if (issues.length > 0) {
    throw new SloCheckError(
      'ERR_PLIMSOLL_QUERY_INVALID',
      issues.length === 1 ? 'a query is not valid' : `${issues.length} queries are not valid`,
      { issues },
    )
  }
  return (query) => {
    const found = prepared.get(query)
    if (found === undefined) throw new Error(`the query ${query.text} was not prepared`)
    return found
  }
}

/** Makes faults of a query, at their place in the spec. */
export function faultIn(query: SpecQuery): (offset: number, message: string) => Issue {
  return (offset, message) => ({
    ...query.locate(offset),
    message: `the query \`${query.role}\`: ${message}`,
  })
}

function prepare(
  query: SpecQuery,
  fillings: Fillings,
  source: Source,
): PreparedQuery | { issues: Issue[] } {
  const filled = fillTemplate(query.text, fillings)
  const fault = faultIn(query)
  if (filled.faults.length > 0)
    return { issues: filled.faults.map(({ offset, message }) => fault(offset, message)) }
  try {
    const parsed = source.parse(filled.text)
    const complaint = complain(parsed, source)
    if (complaint === undefined) return { query, text: filled.text, limit: null, parsed }
    return { issues: [fault(filled.origin(complaint.offset), complaint.message)] }
  } catch (error) {
    if (!(error instanceof PromqlError) || error.kind !== 'parse') throw error
    const offset = offsetOf(error, filled)
    return { issues: [fault(offset, error.message + placeholderAdvice(query.text.slice(offset)))] }
  }
}

/** No placeholder of ours stood where the parser stumbled over a dollar. */
function placeholderAdvice(text: string): string {
  return text.startsWith('$') ? '; the placeholders are $run, $window and $service' : ''
}

/** What parses and still has no single value for this run. */
function complain(
  parsed: ParsedQuery,
  source: Source,
): { offset: number; message: string } | undefined {
  if (parsed.type === 'matrix' || parsed.type === 'string') {
    const what = parsed.type === 'matrix' ? 'a range of samples' : 'a string'
    return { offset: 0, message: `gives ${what}, not a number; put a function around it` }
  }
  if (source.scope.kind === 'window') return undefined
  const { id, others } = source.scope
  const strange = parsed.selectors.find((selector) => choosesAnotherRun(selector, id))
  if (strange !== undefined) {
    const held =
      id === null ? 'the telemetry carries no run id' : `the run that is checked is ${id}`
    return {
      offset: strange.start,
      message: `this selector chooses another run, and ${held}: write {${RUN_LABEL}="$run"}, or leave the label out`,
    }
  }
  const open = parsed.selectors.find((selector) => !choosesRun(selector))
  if (others.length === 0 || parsed.bareSelector !== null || open === undefined) return undefined
  return {
    offset: open.start,
    message: `the data hold ${others.length + 1} runs and this selector does not choose one; add {${RUN_LABEL}="$run"}`,
  }
}

function fillingsOf(source: Source): Fillings {
  const { scope } = source
  const [service, ...more] = scope.services
  return {
    window: { value: durationText(source.windowSeconds) },
    run: runFilling(scope),
    service:
      service === undefined
        ? { why: 'the telemetry names no service' }
        : more.length > 0
          ? { why: `the ${scope.kind} has several services: ${scope.services.join(', ')}` }
          : { value: escaped(service) },
  }
}

function runFilling(scope: Scope): Fillings['run'] {
  if (scope.kind === 'window') return { why: 'a window is judged, not a run' }
  const { id } = scope
  return id === null ? { why: 'the telemetry carries no run id' } : { value: escaped(id) }
}

/** The offset in the template of a parse error's line and column in the filled text. */
export function offsetOf(error: PromqlError, filled: FilledTemplate): number {
  const lines = filled.text.split('\n')
  const line = Math.min(Math.max(error.line ?? 1, 1), lines.length)
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
  return filled.origin(Math.min(before + (error.column ?? 1) - 1, filled.text.length))
}
