// The policies of a host in the schema of plimsoll.config. Their defaults are those of the code.
import { FETCH_DEFAULTS } from '@plimsoll/fetch'
import {
  BREAKER_DEFAULTS,
  LIMITER_DEFAULTS,
  RETRY_BUDGET_DEFAULTS,
  RETRY_DEFAULTS,
} from '@plimsoll/policies'
import { above, atLeast, count, object, orOff, text, type Schema } from './config-schema-parts.ts'

const limiter = orOff(
  object(
    {
      ratePerSecond: above(0, 'Requests a second in the long run; may be a fraction.'),
      burst: atLeast(1, 'Requests that may go at once after a pause.', LIMITER_DEFAULTS.burst),
      maxDelayMs: atLeast(
        0,
        'Milliseconds of the longest wait: who would wait longer is refused at once. No limit by default.',
      ),
    },
    'A rate limit.',
    ['ratePerSecond'],
  ),
  'A rate limit; `false` is none.',
  false,
)

const statusList = (description: string, standard?: readonly number[]): Schema => ({
  description,
  type: 'array',
  items: { type: 'integer', minimum: 100, maximum: 599 },
  ...(standard === undefined ? {} : { default: standard }),
})

const B = BREAKER_DEFAULTS
/** The numbers of a breaker of a source, which has no statuses of its own. */
export const OF_SOURCE: Readonly<Record<string, Schema>> = {
  failureRate: {
    ...above(0, 'Share of failures in the window at which the breaker opens.', B.failureRate),
    maximum: 1,
  },
  minimumCalls: count('Outcomes that the window must hold before the rate counts.', B.minimumCalls),
  windowMs: above(0, 'Milliseconds of the rolling window.', B.windowMs),
  consecutiveFailures: count('Failures in a row that open the breaker; off by default.'),
  openMs: above(0, 'Milliseconds until an open breaker admits a probe.', B.openMs),
  maxOpenMs: above(0, 'Milliseconds that `openMs` grows to; at least `openMs`.', B.maxOpenMs),
  backoffFactor: atLeast(1, 'Growth of the open time with every failed probe.', B.backoffFactor),
  jitter: {
    ...atLeast(0, 'Share of the open time that is drawn at random.', B.jitter),
    maximum: 1,
  },
  halfOpenProbes: count('Probes in flight at once while half open.', B.halfOpenProbes),
  successesToClose: count('Successful probes that close the breaker.', B.successesToClose),
  probeTimeoutMs: above(
    0,
    'Milliseconds after which a probe without outcome counts as failed.',
    B.probeTimeoutMs,
  ),
}
const breaker = orOff(
  object(
    {
      ...OF_SOURCE,
      failureStatuses: statusList(
        'Statuses that count as failures, every other as a success. By default 500 to 599 and 408, while 429 counts as neither.',
      ),
    },
    'A circuit breaker.',
  ),
  'A circuit breaker; `false` is none.',
)

const T = RETRY_DEFAULTS
const budget = orOff(
  object(
    {
      ratio: atLeast(0, 'Retries that each call pays for.', RETRY_BUDGET_DEFAULTS.ratio),
      minPerSecond: atLeast(
        0,
        'Retries a second that are free.',
        RETRY_BUDGET_DEFAULTS.minPerSecond,
      ),
      windowMs: above(
        0,
        'Milliseconds for which a call pays and a retry counts.',
        RETRY_BUDGET_DEFAULTS.windowMs,
      ),
    },
    'What share of the requests to a host may be retries.',
  ),
  'What retries are paid from; `false` lifts it.',
)
const retry = orOff(
  object(
    {
      maxRetries: {
        description: 'Retries after the first attempt.',
        type: 'integer',
        minimum: 0,
        default: T.maxRetries,
      },
      baseDelayMs: atLeast(
        0,
        'Milliseconds of the first backoff’s ceiling; it doubles.',
        T.baseDelayMs,
      ),
      maxDelayMs: atLeast(0, 'Milliseconds that the ceiling grows to.', T.maxDelayMs),
      retryAfterCapMs: atLeast(
        0,
        'Milliseconds of the longest `Retry-After` that is waited for.',
        T.retryAfterCapMs,
      ),
      methods: {
        description: 'Methods that may be sent twice.',
        type: 'array',
        items: { type: 'string', pattern: '^[A-Z][A-Z-]*$' },
        default: FETCH_DEFAULTS.retryMethods,
      },
      statuses: statusList('Statuses worth another attempt.', FETCH_DEFAULTS.retryStatuses),
      budget,
    },
    'Retries with backoff and jitter.',
  ),
  'Retries; `false` is none.',
)

export const POLICIES: Readonly<Record<string, Schema>> = {
  role: text(
    'What calls to the host are for: one word of a small vocabulary, an attribute of metrics.',
  ),
  limiter,
  breaker,
  retry,
  timeoutMs: orOff(
    above(0, 'Milliseconds.'),
    'Milliseconds of one attempt, to its response headers; `false` is no limit.',
    FETCH_DEFAULTS.timeoutMs,
  ),
  deadlineMs: orOff(
    above(0, 'Milliseconds.'),
    'Milliseconds of a whole call to its response headers, waits and retries included; `false` is no limit.',
    false,
  ),
}
