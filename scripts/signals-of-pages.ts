import {
  ATTRIBUTES as A,
  EVENTS,
  INSTRUMENTS,
  SPAN_DEFINITIONS,
  SPANS,
  type AttributeDefinition,
  type EventId,
  type InstrumentId,
} from '@plimsoll/semconv'

// Which page tells of which signal. The types ask for each signal once, so that none is without a page.

const BREAKER = 'docs/policies/circuit-breaker.md'
const CACHE = 'docs/policies/cache.md'
const FALLBACK = 'docs/policies/fallback.md'
const INTEGRITY = 'docs/policies/integrity.md'
const LIMITER = 'docs/policies/limiter.md'
const RETRY = 'docs/policies/retry.md'
const FETCH = 'packages/fetch/README.md'
const REGISTER = 'packages/register/README.md'

const METRICS: Readonly<Record<InstrumentId, string>> = {
  requestDuration: FETCH,
  callDuration: FETCH,
  callResends: FETCH,
  retryDelay: FETCH,
  corruptBodies: INTEGRITY,
  retryDecisions: RETRY,
  retryBudgetUtilization: RETRY,
  retryAfterDuration: RETRY,
  cacheLookups: CACHE,
  rateRequests: LIMITER,
  rateTimeInQueue: LIMITER,
  rateQueued: LIMITER,
  breakerExecutions: BREAKER,
  breakerStateChanges: BREAKER,
  breakerCount: BREAKER,
  breakerOpenDuration: BREAKER,
  fallbackAttempts: FALLBACK,
  fallbackDuration: FALLBACK,
  configReloads: REGISTER,
  runStartTime: REGISTER,
  runEndTime: REGISTER,
  telemetryLost: REGISTER,
}

const OF_EVENTS: Readonly<Record<EventId, string>> = {
  call: FETCH,
  rate: LIMITER,
  transition: BREAKER,
  fallbackAttempt: FALLBACK,
  configReload: REGISTER,
  runSummary: REGISTER,
}

const OF_SPANS: Readonly<Record<keyof typeof SPAN_DEFINITIONS, string>> = {
  call: FETCH,
  attempt: FETCH,
  fallback: FALLBACK,
}

/** What a policy adds to the event and the span of each call that passes it. */
const OF_CALLS: Readonly<Record<string, readonly AttributeDefinition[]>> = {
  [BREAKER]: [A.breakerState, A.breakerRecorded],
  [CACHE]: [A.cacheResult, A.fromCache, A.revalidated, A.stale],
  [LIMITER]: [A.rateDelay],
  [RETRY]: [A.retryCount, A.retryDelay, A.retryAfter, A.retryAfterAction],
}

/** The pages that have a part which is written here. */
export const PAGES_WITH_SIGNALS: readonly string[] = [
  ...new Set([...Object.values(METRICS), ...Object.values(OF_EVENTS), ...Object.values(OF_SPANS)]),
]

const BEGIN = '<!-- written by `npm run docs` -->'
const END = '<!-- to here -->'

/** The text of a page with the list of its signals as the tables have it. */
export function withSignals(page: string, text: string): string {
  const [before, rest] = split(text, BEGIN, page)
  const [, after] = split(rest, END, page)
  return `${before}${BEGIN}\n\n${signalsOf(page).join('\n')}\n\n${END}${after}`
}

function split(text: string, mark: string, page: string): [string, string] {
  const at = text.indexOf(mark)
  if (at === -1) throw new Error(`${page} has no line ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

function signalsOf(page: string): string[] {
  const onCalls = OF_CALLS[page] ?? []
  const onSpan: readonly AttributeDefinition[] = SPAN_DEFINITIONS.call.attributes
  return [
    ...here(METRICS, page).map((id) => {
      const { kind, name, unit, attributes } = INSTRUMENTS[id]
      return line(`${kind} \`${name}\` (\`${unit}\`)`, attributes)
    }),
    ...here(OF_EVENTS, page).map((id) =>
      line(`event \`${EVENTS[id].name}\``, EVENTS[id].attributes),
    ),
    ...here(OF_SPANS, page).map((id) => {
      const { name, kind, attributes } = SPAN_DEFINITIONS[id]
      return line(`span \`${name}\` (${kind})`, attributes)
    }),
    ...[
      line(
        `on event and span \`${SPANS.call}\``,
        onCalls.filter((a) => onSpan.includes(a)),
      ),
      line(
        `on the event alone`,
        onCalls.filter((a) => !onSpan.includes(a)),
      ),
    ].filter((one) => one.includes(': `')),
  ]
}

function here<Id extends string>(pages: Readonly<Record<Id, string>>, page: string): Id[] {
  return (Object.keys(pages) as Id[]).filter((id) => pages[id] === page)
}

function line(signal: string, attributes: readonly AttributeDefinition[]): string {
  const keys = attributes.map(({ key }) => `\`${key}\``)
  return `- ${signal}${keys.length === 0 ? '' : `: ${keys.join(', ')}`}`
}
