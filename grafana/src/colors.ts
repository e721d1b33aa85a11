import type {
  BREAKER_RECORDED,
  BREAKER_STATES,
  CACHE_RESULTS,
  FALLBACK_OUTCOMES,
  RATE_RESULTS,
  RETRY_AFTER_ACTIONS,
} from '@plimsoll/semconv'

const GOOD = 'green'
const BAD = 'red'
const DOUBTFUL = 'orange'
const HELD = 'purple'
const NEUTRAL = 'blue'
const QUIET = 'text'

/** Colours of values that mean something good or bad wherever they stand. */
type Colors<Values extends readonly string[]> = Readonly<Record<Values[number], string>>

export const RATE_COLORS: Colors<typeof RATE_RESULTS> = {
  acquired: GOOD,
  blocked: BAD,
  canceled: QUIET,
  head_skipped: NEUTRAL,
}
export const STATE_COLORS: Colors<typeof BREAKER_STATES> = {
  closed: GOOD,
  half_open: DOUBTFUL,
  open: BAD,
}
export const RECORDED_COLORS: Colors<typeof BREAKER_RECORDED> = {
  success: GOOD,
  failure: BAD,
  ignored: QUIET,
  not_permitted: HELD,
  late: DOUBTFUL,
}
export const CACHE_COLORS: Colors<typeof CACHE_RESULTS> = {
  bypass: QUIET,
  miss: NEUTRAL,
  hit: GOOD,
  revalidated: 'light-green',
  stale_while_revalidate: 'yellow',
  stale_if_error: DOUBTFUL,
  stale_max_stale: 'dark-yellow',
}
export const OUTCOME_COLORS: Colors<typeof FALLBACK_OUTCOMES> = {
  success: GOOD,
  failure: BAD,
  skipped: HELD,
  rejected: DOUBTFUL,
}
export const RETRY_AFTER_COLORS: Colors<typeof RETRY_AFTER_ACTIONS> = {
  honoured: GOOD,
  over_cap: DOUBTFUL,
  ignored: QUIET,
}
