import type { Spread } from '../statistics.ts'

/** `12.3 (11–14)`: the median, and the range where there is one. */
export function figure({ median, low, high }: Spread, { digits = 3, per = 1 } = {}): string {
  const text = (value: number): string => rounded(value / per, digits)
  const range = low === high ? '' : ` (${text(low)}–${text(high)})`
  return `${text(median)}${range}`
}

/** Nanoseconds in the unit that reads best. */
export function duration(nanos: Spread): string {
  const [unit, per] =
    nanos.median < 1_000
      ? (['ns', 1] as const)
      : nanos.median < 1e6
        ? (['µs', 1e3] as const)
        : (['ms', 1e6] as const)
  return `${figure(nanos, { per })} ${unit}`
}

/** With commas between thousands. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/(?<=\d)(?=(?:\d{3})+$)/gu, ',')
}

/** So many significant digits, at most two after the point; a minus that a reader does not take for a range's dash. */
export function rounded(value: number, digits = 3): string {
  const size = Math.abs(value)
  if (size >= 10 ** digits - 0.5) return whole(value).replace('-', '−')
  const decimals = size < 1e-9 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)))
  const text = value.toFixed(Math.min(decimals, 2))
  return (/^-0(?:\.0+)?$/u.test(text) ? text.slice(1) : text).replace('-', '−')
}
