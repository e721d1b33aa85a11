import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import type { ParsedQuery, Selector } from '@plimsoll/promql'

/** The label that holds the run id. */
export const RUN_LABEL = prometheusLabel(ATTRIBUTES.runId.key)

/** A string literal of PromQL. */
function quoted(value: string): string {
  return `"${escaped(value)}"`
}

/** Text for inside a double-quoted literal of PromQL. */
export function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** The selector's text, limited to a run unless it chooses runs itself or there is no run to choose. */
export function selectorOfRun(text: string, selector: Selector, runId: string | null): string {
  const written = text.slice(selector.start, selector.end)
  if (runId === null || choosesRun(selector)) return written
  const matcher = `${RUN_LABEL}=${quoted(runId)}`
  const brace = written.indexOf('{')
  if (brace === -1) return `${written}{${matcher}}`
  const rest = written.slice(brace + 1)
  return `${written.slice(0, brace)}{${matcher}${/^\s*\}/u.test(rest) ? '' : ','}${rest}`
}

/** Every series of a metric in a run, whatever characters its name has. */
export function metricOfRun(metric: string, runId: string | null): string {
  const run = runId === null ? '' : `,${RUN_LABEL}=${quoted(runId)}`
  return `{__name__=${quoted(metric)}${run}}`
}

export function choosesRun(selector: Selector): boolean {
  return selector.matchers.some(({ name }) => name === RUN_LABEL)
}

/** Metric names of a query's selectors, each once. */
export function metricsOf(parsed: ParsedQuery): string[] {
  return [...new Set(parsed.selectors.flatMap(({ metric }) => metric ?? []))]
}
