/** How a column stands: text to the left, figures to the right. */
type Align = 'left' | 'right'

export interface Column<Row> {
  readonly head: string
  readonly align?: Align
  readonly cell: (row: Row) => string
}

/** A table of Markdown. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ align = 'right' }) => (align === 'left' ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map(({ cell }) => cell(row).replaceAll('|', '\\|')))),
  ].join('\n')
}
