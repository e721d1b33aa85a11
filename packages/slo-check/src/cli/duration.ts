import type { UsageFault } from './options.ts'

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const DURATION = /^(?:\d+(?:ms|[smhdw]))+$/u

/** Reads a duration as Prometheus writes them, such as `1h30m`, in milliseconds; `0` needs no unit. */
export function durationMs(text: string, option: string, usage: UsageFault): number {
  if (text === '0') return 0
  if (!DURATION.test(text))
    throw usage(
      `${option} needs a duration such as 30s, 5m, 1h30m or 7d, got ${JSON.stringify(text)}`,
    )
  return [...text.matchAll(/(\d+)(ms|[smhdw])/gu)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  )
}

/** Reads a time, in Unix seconds. */
export function timeSeconds(text: string, option: string, usage: UsageFault): number {
  if (/^\d+(?:\.\d+)?$/u.test(text)) return Number(text)
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/u.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms))
    throw usage(
      `${option} needs a time such as 2026-11-22T08:00:00Z, or seconds since 1970, got ${JSON.stringify(text)}`,
    )
  return ms / 1000
}
