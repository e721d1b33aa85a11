import type {
  AttemptRecord,
  BreakerTransitionRecord,
  CallRecord,
  FallbackAttemptRecord,
  FallbackRecord,
  RateRecord,
  Subject,
} from '@plimsoll/policies'
import {
  BREAKER_RECORDED,
  BREAKER_SCOPES,
  BREAKER_STATES,
  CACHE_RESULTS,
  FALLBACK_OUTCOMES,
  FALLBACK_REASONS,
  METHODS,
  RATE_RESULTS,
  RETRY_AFTER_ACTIONS,
  TRANSITION_REASONS,
} from '@plimsoll/semconv'
import fc from 'fast-check'
import type { AttemptStart, CallStart, FallbackStart } from '../../src/index.ts'

/** Any text: empty, of quotes and control characters, of half a surrogate pair. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '"\\\n\u2028', '\ud800', 'x\udc00y', '€uro 🚢'),
)
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined })
const seconds = fc.oneof(fc.nat(1_000), fc.double({ min: 0, max: 1e6, noNaN: true }))
const method = fc.oneof(fc.constantFrom(...METHODS), text)
const errorType = maybe(fc.oneof(fc.constantFrom('timeout', '503', 'ECONNRESET'), text))
const status = maybe(fc.integer({ min: 100, max: 599 }))

const subject: fc.Arbitrary<Subject> = fc.record({
  address: maybe(text),
  port: maybe(fc.nat(65_535)),
  source: maybe(text),
  role: maybe(text),
})

export const call: fc.Arbitrary<CallRecord> = fc.record({
  kind: fc.constant('call'),
  subject,
  method,
  status,
  errorType,
  errorMessage: maybe(text),
  urlHash: maybe(text),
  cache: maybe(fc.constantFrom(...CACHE_RESULTS)),
  retryCount: fc.nat(9),
  retryDelayS: seconds,
  retryAfterS: maybe(seconds),
  retryAfterAction: maybe(fc.constantFrom(...RETRY_AFTER_ACTIONS)),
  rateDelayS: seconds,
  breakerState: maybe(fc.constantFrom(...BREAKER_STATES)),
  breakerRecorded: maybe(fc.constantFrom(...BREAKER_RECORDED)),
  durationS: seconds,
})

export const attempt: fc.Arbitrary<AttemptRecord> = fc.record({
  kind: fc.constant('attempt'),
  subject,
  method,
  status,
  errorType,
  durationS: seconds,
})

const rate: fc.Arbitrary<RateRecord> = fc.record({
  kind: fc.constant('rate'),
  subject,
  result: fc.constantFrom(...RATE_RESULTS),
  delayS: seconds,
  maxDelayS: maybe(seconds),
  waitedS: seconds,
})

const transition: fc.Arbitrary<BreakerTransitionRecord> = fc.record({
  kind: fc.constant('breaker_transition'),
  subject,
  scope: fc.constantFrom(...BREAKER_SCOPES),
  oldState: fc.constantFrom(...BREAKER_STATES),
  newState: fc.constantFrom(...BREAKER_STATES),
  reason: fc.constantFrom(...TRANSITION_REASONS),
  resetTimeoutS: maybe(seconds),
  failureCount: fc.nat(),
  generation: fc.nat(),
  openS: maybe(seconds),
})

const fallbackAttempt: fc.Arbitrary<FallbackAttemptRecord> = fc.record({
  kind: fc.constant('fallback_attempt'),
  subject,
  workId: maybe(text),
  artifactId: maybe(text),
  tier: text,
  source: text,
  outcome: fc.constantFrom(...FALLBACK_OUTCOMES),
  reason: maybe(fc.constantFrom(...FALLBACK_REASONS)),
  status,
  durationS: seconds,
})

export const fallback: fc.Arbitrary<FallbackRecord> = fc.record({
  kind: fc.constant('fallback'),
  workId: maybe(text),
  artifactId: maybe(text),
  tier: maybe(text),
  source: maybe(text),
  errorType,
  tried: fc.nat(9),
  durationS: seconds,
})

/** Records that are events. */
export const eventRecord = fc.oneof(call, rate, transition, fallbackAttempt)

export const callStart: fc.Arbitrary<CallStart> = fc.record({
  method,
  address: maybe(text),
  port: maybe(fc.nat(65_535)),
  role: maybe(text),
})

export const attemptStart: fc.Arbitrary<AttemptStart> = fc.record({
  method,
  address: maybe(text),
  port: maybe(fc.nat(65_535)),
  urlFull: fc.oneof(
    text,
    text.map((url) => () => url),
  ),
  resendCount: fc.nat(3),
})

export const fallbackStart: fc.Arbitrary<FallbackStart> = fc.record({
  workId: maybe(text),
  artifactId: maybe(text),
})
