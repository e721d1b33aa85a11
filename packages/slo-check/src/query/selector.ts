import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import type { ParsedQuery, Selector } from '@plimsoll/promql'

/** The label that holds the run id. */
export const RUN_LABEL = prometheusLabel(ATTRIBUTES.runId.key)
/** The label of a series that holds what had no room under its own labels. */
export const OVERFLOW_LABEL = prometheusLabel(ATTRIBUTES.metricOverflow.key)

/** A string literal of PromQL. */
export function quoted(value: string): string {
  return `"${escaped(value)}"`
}

/** Text for inside a double-quoted literal of PromQL. */
export function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** A metric name, if there is one, and the brace; between them may be comments, with braces of their own. */
const OPENING = /^[\w:]*(?:\s|#.*\n)*\{/u

/** The selector's text, limited by a further matcher unless that is null. */
export function limited(text: string, selector: Selector, matcher: string | null): string {
  const written = text.slice(selector.start, selector.end)
  if (matcher === null) return written
  const opened = OPENING.exec(written)?.[0]
  if (opened === undefined) return `${written}{${matcher}}`
  const rest = written.slice(opened.length)
  return `${opened}${matcher}${/^\s*\}/u.test(rest) ? '' : ','}${rest}`
}

/** Every series of a metric in a run, whatever characters its name has; with `label`, those that have it. */
export function metricOfRun(metric: string, runId: string | null, label?: string): string {
  const run = runId === null ? '' : `,${RUN_LABEL}=${quoted(runId)}`
  const having = label === undefined ? '' : `,${labelText(label)}!=""`
  return `{__name__=${quoted(metric)}${run}${having}}`
}

function labelText(label: string): string {
  return /^[a-z_]\w*$/iu.test(label) ? label : quoted(label)
}

export function choosesRun(selector: Selector): boolean {
  return selector.matchers.some(({ name }) => name === RUN_LABEL)
}

/** The selector names a run id that is not this one: left in from an earlier run, it would find nothing to count. */
export function choosesAnotherRun(selector: Selector, runId: string | null): boolean {
  return selector.matchers.some(
    ({ name, op, value }) =>
      name === RUN_LABEL &&
      ((op === '=' && value !== (runId ?? '')) || (op === '!=' && value === runId)),
  )
}

/** Metric names of a query's selectors, each once. */
export function metricsOf(parsed: ParsedQuery): string[] {
  return [...new Set(parsed.selectors.flatMap(({ metric }) => metric ?? []))]
}
