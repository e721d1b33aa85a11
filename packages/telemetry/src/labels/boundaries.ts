import type { MeasuresOptions } from '../measures.ts'

/** Boundaries of an instrument, those that the configuration adds merged in: ascending, each once. */
export function boundariesOf(
  name: string,
  own: readonly number[],
  added: MeasuresOptions['boundaries'],
): readonly number[] {
  const more = (added?.[name] ?? []).filter(Number.isFinite)
  return [...new Set([...own.filter(Number.isFinite), ...more])].toSorted((a, b) => a - b)
}
