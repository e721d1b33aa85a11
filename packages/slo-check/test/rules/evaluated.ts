import { createEngine, type MatrixSeries } from '@plimsoll/promql'
import type { RuleFile } from '@plimsoll/slo-check'

/** Unix seconds. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly step: number
}

/** What rules gave over a span of time. */
export interface Evaluated {
  /** The values of a recorded series by time; nothing where it had none. */
  recorded(name: string): ReadonlyMap<number, number>
  /** The times at which an alert of such labels held. */
  firing(labels: Readonly<Record<string, string>>): readonly number[]
}

/**
 * Evaluates a rule file over OTLP lines as Prometheus would, if later: each recording over the whole span at once, those
 * first that look at none of the others, and what it gives is loaded before the next.
 */
export async function evaluated(
  file: RuleFile,
  lines: readonly string[],
  { start, end, step }: Span,
): Promise<Evaluated> {
  using engine = await createEngine()
  expectClean(engine.load(lines, 'telemetry'))
  const rules = file.groups.flatMap((group) => group.rules)
  const recordings = rules
    .filter((rule) => 'record' in rule)
    .toSorted((a, b) => Number(a.expr.includes('slo:')) - Number(b.expr.includes('slo:')))
  const series = new Map<string, ReadonlyMap<number, number>>()
  for (const { record, expr, labels } of recordings) {
    const { result } = engine.range(expr, start, end, step)
    const values = valuesOf(result)
    series.set(record, values)
    if (values.size > 0) expectClean(engine.load([gaugeLine(record, labels, values)], record))
  }
  const alerts = rules.filter((rule) => 'alert' in rule)
  const held = alerts.map(({ expr, labels }) => ({
    labels,
    times: [...valuesOf(engine.range(expr, start, end, step).result).keys()],
  }))
  return {
    recorded: (name) => series.get(name) ?? new Map(),
    firing: (wanted) =>
      held
        .filter(({ labels }) => Object.entries(wanted).every(([key, text]) => labels[key] === text))
        .flatMap(({ times }) => times),
  }
}

function expectClean({ problems }: { readonly problems: readonly unknown[] }): void {
  if (problems.length > 0) throw new Error(`not loaded: ${JSON.stringify(problems)}`)
}

/** Rules give one series each. */
function valuesOf(result: readonly MatrixSeries[]): ReadonlyMap<number, number> {
  if (result.length > 1) throw new Error(`a rule gave ${result.length} series`)
  return new Map((result[0]?.values ?? []).map(([time, value]) => [time, Number(value)]))
}

function gaugeLine(
  name: string,
  labels: Readonly<Record<string, string>>,
  values: ReadonlyMap<number, number>,
): string {
  const attributes = Object.entries(labels).map(([key, value]) => ({
    key,
    value: { stringValue: value },
  }))
  const dataPoints = [...values].map(([time, value]) => ({
    attributes,
    timeUnixNano: `${time * 1000}000000`,
    asDouble: value,
  }))
  return JSON.stringify({
    resourceMetrics: [
      { resource: {}, scopeMetrics: [{ metrics: [{ name, unit: '', gauge: { dataPoints } }] }] },
    ],
  })
}
