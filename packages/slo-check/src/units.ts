import { INSTRUMENTS, prometheusName, type InstrumentDefinition } from '@plimsoll/semconv'

/** Unit words that end a Prometheus name. */
const SUFFIX_UNITS: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', ratio: '1' }

/** The instrument of ours behind a metric or a histogram's series, if it is one. */
export function instrumentOf(metric: string): InstrumentDefinition | undefined {
  const base = baseName(metric)
  const all: readonly InstrumentDefinition[] = Object.values(INSTRUMENTS)
  return all.find((instrument) => [metric, base].includes(prometheusName(instrument)))
}

/** The instrument of ours that records exactly this metric: of a histogram, one of its series. */
export function recorderOf(metric: string): InstrumentDefinition | undefined {
  const instrument = instrumentOf(metric)
  if (instrument === undefined) return undefined
  const isSeries = metric !== prometheusName(instrument)
  return isSeries === (instrument.kind === 'histogram') ? instrument : undefined
}

/** A histogram's name without the suffix of its series. */
export function baseName(metric: string): string {
  return metric.replace(/_(bucket|count|sum)$/u, '')
}

/** The unit of what a counter counts or a histogram observes, as far as its name tells. */
export function unitOf(metric: string): string | null {
  const unit = instrumentOf(metric)?.unit
  if (unit !== undefined) return unit
  const word =
    baseName(metric)
      .replace(/_total$/u, '')
      .split('_')
      .at(-1) ?? ''
  return SUFFIX_UNITS[word] ?? null
}
