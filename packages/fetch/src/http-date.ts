const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})'

const IMF_FIXDATE = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`,
  'u',
)
const RFC_850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`,
  'u',
)
const ASCTIME = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`,
  'u',
)

/**
 * Milliseconds since the Unix epoch of an HTTP date in any of its three forms (RFC 9110, section 5.6.7), or undefined.
 * `Date.parse` reads far more than that, each engine in its own way.
 *
 * @param epochMs now: a two-digit year is the one that lies at most fifty years ahead.
 */
export function parseHttpDate(text: string, epochMs: number): number | undefined {
  const groups = (IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text))?.groups
  if (groups === undefined) return undefined
  const field = (name: string): number => Number(groups[name])
  const month = MONTHS.findIndex((name) => name === groups['month'])
  const year = groups['year']?.length === 2 ? fullYear(field('year'), epochMs) : field('year')
  const fields = [field('day'), field('hour'), field('minute'), field('second')] as const
  const [day, hour, minute, second] = fields
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const time = Date.UTC(year, month, day, hour, minute, Math.min(second, 59))
  // The 31st of February would roll over into March.
  return new Date(time).getUTCDate() === day ? time : undefined
}

function fullYear(twoDigits: number, epochMs: number): number {
  const now = new Date(epochMs).getUTCFullYear()
  const year = now - (now % 100) + twoDigits
  return year > now + 50 ? year - 100 : year
}
