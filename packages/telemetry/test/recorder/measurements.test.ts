import type { PolicyRecord } from '@plimsoll/policies'
import { ATTRIBUTES as A, ERROR_TYPES, type InstrumentId } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { apiMeasures, createCells, createRecorder } from '../../src/index.ts'
import { handClock } from '../support/clock.ts'
import {
  ATTEMPT,
  CALL,
  FALLBACK_ATTEMPT,
  FULL_CALL,
  RATE,
  SUBJECT,
  TRANSITION,
} from '../support/records.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { sdkMetrics } from '../support/sdk-metrics.ts'
import { reported } from '../support/standing.ts'
import { histogram } from '../support/table-metric.ts'
import { told, type ToldMetric } from '../support/told-metric.ts'

type Measure = (...records: PolicyRecord[]) => Promise<ToldMetric[]>

const overCells: Measure = async (...records) => {
  const cells = createCells({ clock: handClock() })
  const recorder = createRecorder({ measures: cells.measures, clock: handClock() })
  for (const record of records) recorder.record(record)
  return told(scopesOf(cells))
}

const overSdk: Measure = async (...records) => {
  const { provider, collect } = sdkMetrics()
  const recorder = createRecorder({ measures: apiMeasures(provider), clock: handClock() })
  for (const record of records) recorder.record(record)
  return told(await collect())
}

const host = { [A.serverAddress.key]: 'api.example.org', [A.serverPort.key]: 8443 }
const role = { [A.role.key]: 'metadata' }
const source = { [A.source.key]: 'archive' }
const get = { [A.method.key]: 'GET' }

/** Labels with their keys in order, as they are reported. */
function labels(...parts: Readonly<Record<string, string | number>>[]) {
  const entries = parts.flatMap((part) => Object.entries(part))
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

describe.each([
  ['cells', overCells],
  ['API instruments over the SDK', overSdk],
] as const)('measured with %s', (_name, measure) => {
  test('nothing is what always stands, at 0', async () => {
    expect(await measure()).toEqual(reported({}))
  })

  test('an attempt is one duration under its status', async () => {
    const found = await measure(
      { ...ATTEMPT, status: 200 },
      { ...ATTEMPT, status: 200, durationS: 3 },
    )

    expect(found).toEqual(
      reported({
        requestDuration: [
          {
            attributes: labels(get, host, { [A.status.key]: 200 }),
            value: histogram('requestDuration', 0.02, 3),
          },
        ],
      }),
    )
  })

  test('an attempt that the network refused has no status, and its error as a closed type', async () => {
    const found = await measure(
      { ...ATTEMPT, errorType: 'ECONNREFUSED' },
      { ...ATTEMPT, errorType: 'connect ECONNREFUSED 10.0.0.1' },
    )

    expect(found).toEqual(
      reported({
        requestDuration: ['ECONNREFUSED', ERROR_TYPES.other].map((type) => ({
          attributes: labels(get, host, { [A.errorType.key]: type }),
          value: histogram('requestDuration', 0.02),
        })),
      }),
    )
  })

  test('a good call is one duration, and nothing for each absent field', async () => {
    const found = await measure({ kind: 'call_start' }, CALL)

    expect(found).toEqual(
      reported({
        callDuration: [
          {
            attributes: labels(get, { [A.serverAddress.key]: 'api.example.org' }),
            value: histogram('callDuration', 0.2),
          },
        ],
      }),
    )
  })

  test('a call that was retried tells of its resends and its backoff too', async () => {
    const found = await measure(FULL_CALL)

    expect(found).toEqual(
      reported({
        callDuration: [
          {
            attributes: labels(host, role, { [A.method.key]: 'POST', [A.errorType.key]: '503' }),
            value: histogram('callDuration', 4.5),
          },
        ],
        callResends: [{ attributes: labels(host, role), value: histogram('callResends', 2) }],
        retryDelay: [{ attributes: labels(host, role), value: histogram('retryDelay', 1.5) }],
      }),
    )
  })

  test('a limiter that admits or is left counts a request and its wait', async () => {
    const found = await measure(
      RATE,
      { ...RATE, delayS: 2, waitedS: 2 },
      { ...RATE, result: 'canceled', delayS: 2, waitedS: 0.5 },
    )

    const at = (result: string) => labels(host, source, role, { [A.rateResult.key]: result })
    expect(found).toEqual(
      reported({
        rateRequests: [
          { attributes: at('acquired'), value: 2 },
          { attributes: at('canceled'), value: 1 },
        ],
        rateTimeInQueue: [
          { attributes: at('acquired'), value: histogram('rateTimeInQueue', 0, 2) },
          { attributes: at('canceled'), value: histogram('rateTimeInQueue', 0.5) },
        ],
      }),
    )
  })

  test.each(['blocked', 'head_skipped'] as const)(
    'a limiter decision %s counts a request and no wait',
    async (result) => {
      const found = await measure({ ...RATE, result, delayS: 9 })

      const attributes = labels(host, source, role, { [A.rateResult.key]: result })
      expect(found).toEqual(reported({ rateRequests: [{ attributes, value: 1 }] }))
    },
  )

  test('a queue rises and falls', async () => {
    const queue = (change: 1 | -1) => ({ kind: 'rate_queue', subject: SUBJECT, change }) as const

    const found = await measure(queue(1), queue(1), queue(-1))

    expect(found).toEqual(
      reported({ rateQueued: [{ attributes: labels(host, source), value: 1 }] }),
    )
  })

  test('breakers are counted under the state they are in, from birth to death, and their changes from 0', async () => {
    const born = {
      kind: 'breaker_life',
      subject: SUBJECT,
      scope: 'host',
      state: 'closed',
      change: 1,
    } as const
    const died = { ...born, state: 'open', change: -1 } as const

    const found = await measure(born, born, born, TRANSITION, TRANSITION, died)

    const at = (state: string) =>
      labels({ [A.breakerScope.key]: 'host', [A.breakerState.key]: state })
    const changes = (oldState: string, newState: string, value: number) => ({
      attributes: labels(host, source, {
        [A.breakerScope.key]: 'host',
        [A.breakerOldState.key]: oldState,
        [A.breakerNewState.key]: newState,
      }),
      value,
    })
    expect(found).toEqual(
      reported({
        breakerCount: [
          { attributes: at('closed'), value: 1 },
          { attributes: at('open'), value: 1 },
        ],
        breakerStateChanges: [
          changes('closed', 'open', 2),
          changes('half_open', 'closed', 0),
          changes('half_open', 'open', 0),
          changes('open', 'half_open', 0),
        ],
      }),
    )
  })

  test('a breaker that closes tells how long it was open', async () => {
    const found = await measure({
      kind: 'breaker_transition',
      subject: { source: 'archive' },
      scope: 'resolver',
      oldState: 'half_open',
      newState: 'closed',
      reason: 'probe_succeeded',
      failureCount: 0,
      generation: 3,
      openS: 7,
    })

    const scope = { [A.breakerScope.key]: 'resolver' }
    const change = labels(source, scope, {
      [A.breakerOldState.key]: 'half_open',
      [A.breakerNewState.key]: 'closed',
    })
    const count = (state: string, value: number) => ({
      attributes: labels(scope, { [A.breakerState.key]: state }),
      value,
    })
    expect(found).toEqual(
      reported({
        breakerCount: [count('half_open', -1), count('closed', 1)],
        breakerStateChanges: [{ attributes: change, value: 1 }],
        breakerOpenDuration: [{ attributes: scope, value: histogram('breakerOpenDuration', 7) }],
      }),
    )
  })

  const counted: readonly [PolicyRecord, InstrumentId, ReturnType<typeof labels>][] = [
    [
      {
        kind: 'breaker_execution',
        subject: SUBJECT,
        scope: 'host',
        state: 'open',
        recorded: 'not_permitted',
      },
      'breakerExecutions',
      labels(host, source, {
        [A.breakerScope.key]: 'host',
        [A.breakerState.key]: 'open',
        [A.breakerRecorded.key]: 'not_permitted',
      }),
    ],
    [
      { kind: 'retry', subject: SUBJECT, reason: '5xx', result: 'budget_exhausted', delayS: 0 },
      'retryDecisions',
      labels(host, source, { [A.retryReason.key]: '5xx', [A.retryResult.key]: 'budget_exhausted' }),
    ],
    [
      { kind: 'cache', subject: SUBJECT, result: 'stale_while_revalidate' },
      'cacheLookups',
      labels(host, role, { [A.cacheResult.key]: 'stale_while_revalidate' }),
    ],
    [
      { kind: 'corruption', subject: SUBJECT, reason: 'length' },
      'corruptBodies',
      { [A.corruptionReason.key]: 'length' },
    ],
    [
      FALLBACK_ATTEMPT,
      'fallbackAttempts',
      labels(source, {
        [A.fallbackTier.key]: 'open',
        [A.fallbackOutcome.key]: 'failure',
        [A.fallbackReason.key]: 'http_5xx',
      }),
    ],
  ]
  test.each(counted)('a record %o is counted as %s', async (record, id, attributes) => {
    expect(await measure(record, record)).toEqual(reported({ [id]: [{ attributes, value: 2 }] }))
  })

  test('a budget, and a wish to wait, are told as they are', async () => {
    const found = await measure(
      { kind: 'retry_budget', subject: SUBJECT, utilization: 0.4 },
      { kind: 'retry_budget', subject: SUBJECT, utilization: 0.9 },
      { kind: 'retry_after', subject: SUBJECT, durationS: 120, action: 'over_cap' },
    )

    expect(found).toEqual(
      reported({
        retryBudgetUtilization: [{ attributes: labels(host, source), value: 0.9 }],
        retryAfterDuration: [
          {
            attributes: labels(host, { [A.retryAfterAction.key]: 'over_cap' }),
            value: histogram('retryAfterDuration', 120),
          },
        ],
      }),
    )
  })

  test('a work item is told under the tier that served it, or none', async () => {
    const found = await measure(
      { kind: 'fallback', tier: 'open', source: 'archive', tried: 1, durationS: 1 },
      { kind: 'fallback', tried: 3, durationS: 20, errorType: ERROR_TYPES.exhausted },
    )

    expect(found).toEqual(
      reported({
        fallbackDuration: [
          {
            attributes: labels({
              [A.fallbackTier.key]: 'none',
              [A.errorType.key]: ERROR_TYPES.exhausted,
            }),
            value: histogram('fallbackDuration', 20),
          },
          { attributes: { [A.fallbackTier.key]: 'open' }, value: histogram('fallbackDuration', 1) },
        ],
      }),
    )
  })

  test('a record of a kind that a newer policy may bring is passed over', async () => {
    const unknown = { kind: 'hedge', subject: SUBJECT } as unknown as PolicyRecord

    expect(await measure(unknown)).toEqual(reported({}))
  })
})
