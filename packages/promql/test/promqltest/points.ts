import { durationMs } from './durations.ts'
import { readHistogram, type ScriptHistogram } from './native-histograms.ts'
import { numberOf } from './numbers.ts'

/** One place in a row of points: a number, a native histogram, a stale marker, or nothing. */
export type Point = number | ScriptHistogram | 'stale' | undefined

/** One place in a row of start timestamps. */
export type Offset = number | undefined

const number = String.raw`[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)`
const duration = String.raw`[+-]?(?:\d+(?:ms|[smhdw]))+|[+-]?0`

const numbers = new RegExp(`^(${number})(?:([+-].+?))?(?:x(\\d+))?$`, 'iu')
const durations = new RegExp(`^(${duration})(?:([+-].+?))?(?:x(\\d+))?$`, 'u')

/**
 * Expands `1+2x3 _ stale 5x2 _x4 {{schema:0 …}}x2` as promtool does: `axn` stands for n+1 points, `_xn` for n gaps.
 * Histograms that grow (`{{…}}+{{…}}x2`) are not known here.
 */
export function expandPoints(text: string): Point[] {
  return items(text).flatMap((item): Point[] => {
    if (item === 'stale') return ['stale']
    const [, one, times = 0] = /^(\{\{[^}]*\}\})(?:x(\d+))?$/u.exec(item) ?? []
    if (one === undefined) return expandItem(item, numbers, numberOf)
    return Array.from({ length: Number(times) + 1 }, () => readHistogram(one))
  })
}

/** The same for a row of start timestamps: durations, counted from each point's own time. */
export function expandOffsets(text: string): Offset[] {
  return items(text).flatMap((item) => expandItem(item, durations, durationMs))
}

function items(text: string): readonly string[] {
  return text.match(/(?:\{\{.*?\}\}|\S)+/gu) ?? []
}

function expandItem(item: string, shape: RegExp, read: (item: string) => number): Offset[] {
  const gap = /^_(?:x(\d+))?$/u.exec(item)
  if (gap !== null) return Array.from<Offset>({ length: Number(gap[1] ?? 1) })
  const [, first, step, times] = shape.exec(item) ?? []
  if (first === undefined || (step !== undefined && times === undefined)) {
    throw new Error(`"${item}" is no point that this runner knows`)
  }
  const by = step === undefined ? 0 : read(step)
  return Array.from({ length: Number(times ?? 0) + 1 }, (_, i) => read(first) + i * by)
}
