import table from './burn-rates.json' with { type: 'json' }
import { ruleDuration } from '../span-text.ts'

/** Who is woken: `page` now, `ticket` in working hours. */
export type Severity = 'page' | 'ticket'

/** Two windows over which the budget must burn too fast at once: the long one tells that it matters, the short one that it goes on. */
export interface BurnWindows {
  readonly severity: Severity
  /** Seconds. */
  readonly long: number
  /** Seconds. */
  readonly short: number
  /** How many times faster than the period allows. */
  readonly factor: number
}

/** The windows of a period, and which of the table were left out. */
export interface PeriodWindows {
  readonly alerts: readonly BurnWindows[]
  /** Every window over which a rule looks, the period among them; seconds, rising. */
  readonly recorded: readonly number[]
  readonly notes: readonly string[]
}

const MINUTE = 60
const TABLE_PERIOD = table.periodDays * 24 * 60 * MINUTE
const LADDER: readonly number[] = table.ladderMinutes.map((minutes) => minutes * MINUTE)
/** From here on the windows of the table stay as they are, and the factors follow from its budgets. */
const LONG_PERIOD = 28 * 24 * 60 * MINUTE

/**
 * The windows and factors of a period, from the table of the SRE workbook for 30 days.
 *
 * From 28 days on its windows stay, and a factor is the budget that may go in a window: share × period / window, and at
 * least 1, because what burns more slowly keeps the promise. A shorter period keeps the factors and shrinks the windows in proportion, up to the next step of the ladder 5m, 30m, 1h,
 * 2h, 6h, 1d, 3d: below five minutes there are too few samples for a rate.
 */
export function windowsOf(period: number): PeriodWindows {
  const rows = period >= LONG_PERIOD ? tableRows(period) : shrunkRows(period)
  const alerts = rows.filter(({ long }) => long <= period)
  const dropped = rows.filter(({ long }) => long > period)
  const recorded = new Set([...LADDER.filter((step) => step <= period), period])
  return {
    alerts,
    recorded: [...recorded].toSorted((a, b) => a - b),
    notes: dropped.map(
      ({ severity, long, factor }) =>
        `no ${severity} at ${factor} times: its window of ${ruleDuration(long)} is longer than the period of ${ruleDuration(period)}`,
    ),
  }
}

function tableRows(period: number): readonly BurnWindows[] {
  return table.rows.map(({ severity, longHours, shortMinutes, budgetPercent }) => {
    const long = longHours * 60 * MINUTE
    const factor = Math.max(1, Number((((budgetPercent / 100) * period) / long).toPrecision(4)))
    return { severity: severityOf(severity), long, short: shortMinutes * MINUTE, factor }
  })
}

function shrunkRows(period: number): readonly BurnWindows[] {
  const rows: BurnWindows[] = []
  for (const row of tableRows(TABLE_PERIOD)) {
    const above = rows.at(-1)?.long ?? LADDER[0] ?? 0
    const long = step((row.long * period) / TABLE_PERIOD, above)
    rows.push({ ...row, long, short: step(long / 12, 0) })
  }
  return rows
}

/** The first step of the ladder that is at least `wanted` and above `above`; the last where none is. */
function step(wanted: number, above: number): number {
  return LADDER.find((seconds) => seconds >= wanted && seconds > above) ?? LADDER.at(-1) ?? wanted
}

function severityOf(text: string): Severity {
  if (text === 'page' || text === 'ticket') return text
  throw new TypeError(`the table of burn rates has the severity ${text}`)
}
