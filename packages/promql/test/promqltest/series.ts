/** Labels of a series, its name among them as `__name__`. */
export type SeriesLabels = Readonly<Record<string, string>>

export interface SeriesRow {
  readonly labels: SeriesLabels
  /** True for `series@st`: the row holds start timestamps. */
  readonly isStarts: boolean
  /** What follows the series. */
  readonly rest: string
}

const label = String.raw`\s*([a-zA-Z_][\w.]*)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*')\s*`

/** Splits `name{a="b"}@st 1 2 3` after the series. */
export function readSeries(text: string): SeriesRow {
  const shape = new RegExp(
    String.raw`^([a-zA-Z_:][\w:]*)?(?:\{((?:${label},?)*)\})?(@st)?(?:\s+(.*))?$`,
    'u',
  )
  const match = shape.exec(text)
  if (match === null || (match[1] === undefined && !text.startsWith('{'))) {
    throw new Error(`"${text}" does not begin with a series`)
  }
  const labels: Record<string, string> = match[1] === undefined ? {} : { __name__: match[1] }
  for (const [, name = '', quoted = ''] of (match[2] ?? '').matchAll(new RegExp(label, 'gu'))) {
    labels[name] = quoted.startsWith('"') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
  }
  return { labels, isStarts: match.at(-2) !== undefined, rest: match.at(-1) ?? '' }
}

/** Labels as one text, in an order of their own. */
export function seriesKey(labels: SeriesLabels): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}
