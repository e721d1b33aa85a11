import type { Interval } from './interval.ts'

/** An interval as mathematicians write it, `(1, 2.5] s`; a number when it is one. */
export function intervalText(interval: Interval, unit: string | null): string {
  const suffix = unit === null || unit === '1' ? '' : ` ${unit}`
  const { low, lowOpen, high, highOpen = false } = interval
  if (low !== null && low === high && !lowOpen) return `${low}${suffix}`
  const left = low === null ? '(-∞' : `${lowOpen ? '(' : '['}${low}`
  return high === null ? `${left}, ∞)${suffix}` : `${left}, ${high}${highOpen ? ')' : ']'}${suffix}`
}
