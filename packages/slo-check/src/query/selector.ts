import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import type { LabelMatcher, ParsedQuery, Selector } from '@plimsoll/promql'

/** The label that holds the run id. */
export const RUN_LABEL = prometheusLabel(ATTRIBUTES.runId.key)
/** The label that holds the name of the service. */
export const SERVICE_LABEL = prometheusLabel(ATTRIBUTES.serviceName.key)
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

/** Every series of a metric in a run, whatever characters its name has, that further matchers choose. */
export function metricOfRun(
  metric: string,
  runId: string | null,
  more: readonly string[] = [],
): string {
  const run = runId === null ? [] : [`${RUN_LABEL}=${quoted(runId)}`]
  return `{${[`__name__=${quoted(metric)}`, ...run, ...more].join(',')}}`
}

/** A matcher of series that have a label. */
export function having(label: string): string {
  return `${labelText(label)}!=""`
}

/** Whether a matcher chooses the service. */
export function isOfService({ name }: LabelMatcher): boolean {
  return name === SERVICE_LABEL || name === 'job'
}

export function choosesService({ matchers }: Selector): boolean {
  return matchers.some(isOfService)
}

/** A matcher as PromQL writes it. */
export function matcherText({ name, op, value }: LabelMatcher): string {
  return `${labelText(name)}${op}${quoted(value)}`
}

function labelText(label: string): string {
  return /^[a-z_]\w*$/iu.test(label) ? label : quoted(label)
}

export function choosesRun({ matchers }: Pick<Selector, 'matchers'>): boolean {
  return matchers.some(({ name }) => name === RUN_LABEL)
}

/** The selector may choose this run and others with it. */
export function choosesRunsByPattern({ matchers }: Selector): boolean {
  return choosesRun({ matchers }) && !matchers.some(isOneRun)
}

function isOneRun({ name, op }: LabelMatcher): boolean {
  return name === RUN_LABEL && op === '='
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
