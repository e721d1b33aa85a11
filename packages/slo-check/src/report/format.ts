import type { Comparison } from '../spec/model.ts'

const SIGNS: Readonly<Record<Comparison, string>> = { lte: '≤', lt: '<', gte: '≥', gt: '>' }

export function sign(op: Comparison): string {
  return SIGNS[op]
}

/**
 * A number for people: at most four significant decimals, but always enough that it does not read like `unlike`, the limit
 * that it misses.
 */
export function numberText(value: number, unlike: number | null = null): string {
  const full = String(value)
  if (Number.isInteger(value)) return full
  for (let digits = 4; digits <= 15; digits += 1) {
    const short = String(Number(value.toPrecision(digits)))
    if (unlike === null || value === unlike || Number(short) !== unlike) return short
  }
  return full
}

/** A share as percent. */
export function percentText(share: number, unlike: number | null = null): string {
  return `${numberText(scaled(share), unlike === null ? null : scaled(unlike))} %`
}

/** A value with its unit; shares as percent. */
export function valueText(
  value: number,
  unit: string | null,
  unlike: number | null = null,
): string {
  if (unit === '1') return percentText(value, unlike)
  const suffix = unit === null || /^\{.*\}$/u.test(unit) ? '' : ` ${unit}`
  return numberText(value, unlike) + suffix
}

/** Breaks text into lines of at most `width` columns, between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

function scaled(share: number): number {
  return Number((share * 100).toPrecision(15))
}
