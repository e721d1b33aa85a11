import { BASELINE, type Row } from './rows.ts'
import type { Measured } from './program.ts'

/** A row that was measured, between two measurements of the baseline. */
export interface Turn {
  readonly id: string
  readonly measured: readonly Measured[]
  /** The nearest measurements of the baseline, one before and one after. */
  readonly baselines: readonly [readonly Measured[], readonly Measured[]]
}

/** Rows that stand between two measurements of the baseline. */
const GROUP = 4
/** Of all steps around a circle the one that comes back to where it was the latest. */
const GOLDEN = (3 - Math.sqrt(5)) / 2

/**
 * Measures every row once, in an order that each turn shifts, and the baseline before and after every few of them: so a
 * row is compared with what the machine did within the same minute. A baseline between two others is a row as well: what
 * it differs from them is noise.
 */
export async function takeTurn(
  rows: readonly Row[],
  turn: number,
  measure: (row: Row) => Promise<readonly Measured[]>,
): Promise<readonly Turn[]> {
  const shift = Math.floor(turn * GOLDEN * rows.length) % Math.max(1, rows.length)
  const order = [...rows.slice(shift), ...rows.slice(0, shift)]
  const turns: Turn[] = []
  const baselines = [await measure(BASELINE)]
  while (order.length > 0) {
    const before = baselines.at(-1) ?? []
    const group: { id: string; measured: readonly Measured[] }[] = []
    for (const row of order.splice(0, GROUP)) {
      group.push({ id: row.id, measured: await measure(row) })
    }
    const after = await measure(BASELINE)
    baselines.push(after)
    turns.push(...group.map((each) => ({ ...each, baselines: [before, after] as const })))
  }
  return [...turns, ...baselineTurns(baselines)]
}

function baselineTurns(baselines: readonly (readonly Measured[])[]): readonly Turn[] {
  return baselines.flatMap((measured, index) => {
    const before = baselines[index - 1]
    const after = baselines[index + 1]
    // With two only, each is held against the other.
    if (baselines.length === 2) {
      const other = before ?? after ?? measured
      return [{ id: BASELINE.id, measured, baselines: [other, other] as const }]
    }
    if (before === undefined || after === undefined) return []
    return [{ id: BASELINE.id, measured, baselines: [before, after] as const }]
  })
}
