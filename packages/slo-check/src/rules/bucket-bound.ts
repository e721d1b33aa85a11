import { quoted } from '../query/selector.ts'
import { instrumentOf } from '../units.ts'

/** A matcher for the bucket of an upper bound, however its number is spelled: `1` over OTLP, `1.0` or `1e+06` where it was scraped. */
export function boundMatcher(bound: number): string {
  const plain = plainText(bound)
  const scraped = scrapedText(bound)
  if (scraped !== plain) return `le=~${quoted([plain, scraped].map(patternOf).join('|'))}`
  return Number.isInteger(bound) ? `le=~${quoted(`${plain}(\\.0)?`)}` : `le=${quoted(plain)}`
}

/** Every observation. */
export const ALL_MATCHER = 'le="+Inf"'

/** The greatest default boundary at or below a limit of an instrument of ours; null for others, or where none is so low. */
export function boundAtOrBelow(metric: string, limit: number): number | null {
  return instrumentOf(metric)?.boundaries?.findLast((bound) => bound <= limit) ?? null
}

/** Digits without an exponent, as Prometheus's OTLP receiver writes them. */
function plainText(value: number): string {
  const sign = value < 0 ? '-' : ''
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const point = Number(exponent) + 1
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  const whole = digits.slice(0, point).padEnd(point, '0')
  const fraction = digits.slice(point)
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** As OpenMetrics writes a number, but for the `.0` of a whole one: with an exponent from a million on and below 0.0001. */
function scrapedText(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return plainText(value)
  return value.toExponential().replace(/e([+-])(\d)$/u, 'e$10$2')
}

function patternOf(text: string): string {
  return text.replaceAll(/[.+]/gu, String.raw`\$&`)
}
