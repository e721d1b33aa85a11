import type { ServerDescription } from './source.ts'

/**
 * Why increases over windows are not exact on a server; null where they are. They need both a selector that does not
 * extrapolate, and a sample of 0 where a series begins: without it, what a series counted up to its first sample is lost.
 */
export function anchoredFaultOf(base: string, server: ServerDescription): string | null {
  const { application, version, features } = server
  const missing = [
    ...(features.anchored === true
      ? []
      : [
          '`anchored` range selectors (Prometheus 3.7 with --enable-feature=promql-extended-range-selectors, or 3.16)',
        ]),
    ...(features.zeroIngestion === true
      ? []
      : [
          features.zeroIngestion === null
            ? 'a word on whether it writes zeros at start timestamps (its pages status/flags and features do not tell)'
            : 'zeros at start timestamps (Prometheus 3.7 with --enable-feature=created-timestamp-zero-ingestion)',
        ]),
  ]
  if (missing.length === 0) return null
  const named = version === null ? application : `${application} ${version}`
  return `exact counts over a window are not to be had from ${base} (${named}), which lacks ${missing.join(' and ')}; in a run (--run ID), a query that is a selector alone is counted exactly there`
}
