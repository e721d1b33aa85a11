import { agrees, type Row, SIDES } from './reconcile.ts'

/** The counts side by side; what a side cannot see is a dash. */
export function renderRows(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    ...SIDES.map((side) => (row[side] === undefined ? '–' : String(row[side]))),
    agrees(row) ? '✓' : '✗',
  ])
  const lines = [['', ...SIDES, ''], ...cells]
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
