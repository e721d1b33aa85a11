import type { PolicyRecord, Subject } from '@plimsoll/policies'
import {
  ATTRIBUTES as A,
  INSTRUMENTS,
  type AttributeDefinition,
  type InstrumentDefinition,
} from '@plimsoll/semconv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCells, createRecorder, MAX_SERIES_PER_INSTRUMENT } from '../../src/index.ts'
import { ERROR_TYPE_COUNT } from '../../src/labels/error-type.ts'
import { MAX_NAMES } from '../../src/recorder/measurements.ts'
import { handClock } from '../support/clock.ts'
import { CALL, FALLBACK_ATTEMPT, FULL_CALL, RATE, TRANSITION } from '../support/records.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { told } from '../support/told-metric.ts'

const MAX_HOSTS = 50
const STATUSES = 500
const RECORDS = 10_000

/** How many values each label can have, absent and `_OTHER` included. */
const DOMAINS = new Map<AttributeDefinition, number>([
  // The port goes with its address: one label of two attributes.
  [A.serverAddress, MAX_HOSTS + 2],
  [A.serverPort, 1],
  [A.role, MAX_NAMES + 2],
  [A.source, MAX_NAMES + 2],
  // And `none`.
  [A.fallbackTier, MAX_NAMES + 3],
  [A.errorType, ERROR_TYPE_COUNT + 1],
  [A.status, STATUSES + 1],
])

function seriesCap({ attributes }: InstrumentDefinition): number {
  const product = attributes.reduce(
    (sets, attribute) =>
      sets * (DOMAINS.get(attribute) ?? (attribute.values?.length ?? Infinity) + 1),
    1,
  )
  return Math.min(product, MAX_SERIES_PER_INSTRUMENT + 1)
}

/** Text that no two records share. */
const text = fc.stringMatching(/^[a-z0-9./:?=-]{12,24}$/u)
const subject: fc.Arbitrary<Subject> = fc.record({
  address: text,
  port: fc.nat(65_535),
  source: text,
  role: text,
})
const record: fc.Arbitrary<PolicyRecord> = fc
  .record({ subject, method: text, errorType: text, tier: text, source: text, status: fc.nat(999) })
  .chain((random) =>
    fc.constantFrom<PolicyRecord>(
      { kind: 'attempt', ...random, durationS: 0.1 },
      { ...CALL, ...random },
      { ...FULL_CALL, ...random, urlHash: random.tier },
      { ...RATE, ...random },
      { kind: 'rate_queue', ...random, change: 1 },
      { kind: 'breaker_execution', ...random, scope: 'host', state: 'open', recorded: 'late' },
      { ...TRANSITION, ...random },
      { kind: 'retry', ...random, reason: '429', result: 'scheduled', delayS: 1 },
      { kind: 'retry_budget', ...random, utilization: 1 },
      { kind: 'retry_after', ...random, durationS: 1, action: 'ignored' },
      { kind: 'cache', ...random, result: 'miss' },
      { ...FALLBACK_ATTEMPT, ...random, workId: random.method },
      { kind: 'fallback', ...random, tried: 1, durationS: 1 },
    ),
  )

describe('a program that calls ever new hosts, with ever new names and errors', () => {
  const clock = handClock()
  const cells = createCells({ clock })
  const recorder = createRecorder({ measures: cells.measures, clock, maxHosts: MAX_HOSTS })
  let recorded = 0
  let lookups = 0
  fc.assert(
    fc.property(record, (random) => {
      recorder.record(random)
      recorded += 1
      if (random.kind === 'cache') lookups += 1
    }),
    { numRuns: RECORDS },
  )
  const metrics = told(scopesOf(cells))

  test('has recorded as often as it should', () => {
    expect(recorded).toBe(RECORDS)
  })

  test.each(Object.values(INSTRUMENTS))('stays within the cap of $name', (instrument) => {
    const series = metrics.find(({ name }) => name === instrument.name)?.points.length ?? 0

    expect(series).toBeLessThanOrEqual(seriesCap(instrument))
  })

  test('never has more values of a label than its cap', () => {
    const values = (key: string) =>
      new Set(metrics.flatMap(({ points }) => points.map(({ attributes }) => attributes[key])))

    expect(values(A.role.key).size).toBeLessThanOrEqual(MAX_NAMES + 2)
    expect(values(A.source.key).size).toBeLessThanOrEqual(MAX_NAMES + 2)
    expect(values(A.fallbackTier.key).size).toBeLessThanOrEqual(MAX_NAMES + 3)
    expect(values(A.serverAddress.key).size).toBeLessThanOrEqual(MAX_HOSTS + 2)
    expect(values(A.method.key)).toEqual(new Set(['_OTHER', undefined]))
    expect(values(A.errorType.key)).toEqual(new Set(['_OTHER', undefined]))
  })

  test('still counts every record', () => {
    const points = metrics.find(({ name }) => name === INSTRUMENTS.cacheLookups.name)?.points ?? []

    expect(lookups).toBeGreaterThan(500)
    expect(points.reduce((sum, { value }) => sum + Number(value), 0)).toBe(lookups)
  })
})

test('10,000 hosts that were never seen add not one series when the cap on hosts is reached', () => {
  const clock = handClock()
  const cells = createCells({ clock })
  const recorder = createRecorder({ measures: cells.measures, clock })
  const visit = (host: number) => {
    const subject = { address: `h${host}.example`, port: 443 }
    recorder.record({ ...FULL_CALL, subject, status: 404, errorType: '404' })
    recorder.record({
      kind: 'attempt',
      subject,
      method: 'GET',
      status: 404,
      errorType: '404',
      durationS: 1,
    })
    recorder.record({ ...RATE, subject })
    recorder.record({ ...TRANSITION, subject })
  }
  for (let host = 0; host <= MAX_HOSTS; host += 1) visit(host)

  const before = cells.seriesCount()
  for (let host = 0; host < 10_000; host += 1) visit(host)

  expect(cells.seriesCount()).toBe(before)
})
