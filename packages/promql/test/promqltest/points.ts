import { durationMs } from './durations.ts'

/** One place in a row of points: a number, a stale marker, or nothing. */
export type Point = number | 'stale' | undefined

const number = String.raw`[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)`
const duration = String.raw`[+-]?(?:\d+(?:ms|[smhdw]))+|[+-]?0`

/** Expands `1+2x3 _ stale 5x2 _x4` as promtool does: `axn` stands for n+1 points, `_xn` for n gaps. */
export function expandPoints(text: string): Point[] {
  return expand(text, new RegExp(`^(${number})(?:([+-].+?))?(?:x(\\d+))?$`, 'iu'), numberOf)
}

/** The same for a row of start timestamps: durations, counted from each point's own time. */
export function expandOffsets(text: string): Point[] {
  return expand(text, new RegExp(`^(${duration})(?:([+-].+?))?(?:x(\\d+))?$`, 'u'), durationMs)
}

function expand(text: string, shape: RegExp, read: (item: string) => number): Point[] {
  return text
    .trim()
    .split(/\s+/u)
    .flatMap((item) => expandItem(item, shape, read))
}

function expandItem(item: string, shape: RegExp, read: (item: string) => number): Point[] {
  const gap = /^_(?:x(\d+))?$/u.exec(item)
  if (gap !== null) return Array.from<Point>({ length: Number(gap[1] ?? 1) })
  if (item === 'stale') return ['stale']
  const [, first, step, times] = shape.exec(item) ?? []
  if (first === undefined || (step !== undefined && times === undefined)) {
    throw new Error(`"${item}" is no point that this runner knows`)
  }
  const by = step === undefined ? 0 : read(step)
  return Array.from({ length: Number(times ?? 0) + 1 }, (_, i) => read(first) + i * by)
}

/** A number of PromQL: `Inf`, `NaN` and their signs included. */
export function numberOf(text: string): number {
  const [, sign, word = ''] = /^([+-]?)(.*)$/u.exec(text.toLowerCase()) ?? []
  const size = word === 'inf' ? Infinity : word === 'nan' ? Number.NaN : Number(word)
  if (Number.isNaN(size) && word !== 'nan') throw new Error(`"${text}" is no number`)
  return sign === '-' ? -size : size
}
