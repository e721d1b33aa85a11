import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createArena,
  createCells,
  createLedger,
  readLedger,
  releaseChunks,
  sharedPlaces,
  storedSeries,
  type Cells,
  type CollectedMetrics,
} from '../../src/index.ts'
import { handClock, NOON_MS, type HandClock } from '../support/clock.ts'

const THREAD = 7

interface Recorded {
  readonly kind: 'counter' | 'sum' | 'gauge' | 'histogram'
  readonly labels: Record<string, string | number | boolean>
  readonly value: number
}

const label = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom('€', '\u0000', '"', '\u{1F600}'),
)
const recorded: fc.Arbitrary<Recorded> = fc.record({
  kind: fc.constantFrom('counter', 'sum', 'gauge', 'histogram'),
  labels: fc.dictionary(fc.constantFrom('a', 'b', 'ü'), label, { maxKeys: 2 }),
  value: fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constantFrom(0, 5, 1e4)),
})

function shared(arena: SharedArrayBuffer, clock: HandClock, full = (): void => {}): Cells {
  return createCells({ clock, places: sharedPlaces(createLedger(arena, THREAD, full)) })
}

/** What another thread makes of the numbers in shared memory. */
function readBack(arena: SharedArrayBuffer, owner: number, clock: HandClock): CollectedMetrics {
  const stored = storedSeries(readLedger(arena, owner))
  return createCells({ clock, stored, maxSeriesPerInstrument: Infinity }).collect()
}

function apply(cells: Cells, records: readonly Recorded[]): void {
  const meter = cells.meterProvider.getMeter('app', '1.2.3')
  const instruments = {
    counter: meter.createCounter('counter'),
    sum: meter.createUpDownCounter('sum', { unit: 's' }),
    gauge: meter.createGauge('gauge'),
    histogram: meter.createHistogram('histogram'),
  }
  for (const { kind, labels, value } of records) {
    const instrument = instruments[kind]
    if ('add' in instrument) instrument.add(value, labels)
    else instrument.record(value, labels)
  }
}

/** Scopes, metrics and series come in the order in which they were first used, in either case. */
function byName(collected: CollectedMetrics): unknown {
  return collected
    .flatMap(({ scope, metrics }) => metrics.map((metric) => ({ scope, ...metric })))
    .toSorted((a, b) => a.descriptor.name.localeCompare(b.descriptor.name))
}

describe('numbers in shared memory', () => {
  test.each(['explicit', 'exponential'] as const)(
    'are those that plain cells keep, also after earlier collections, with %s histograms',
    (histograms) => {
      fc.assert(
        fc.property(fc.array(fc.array(recorded, { maxLength: 30 }), { maxLength: 4 }), (turns) => {
          const clock = handClock()
          const arena = createArena(4)
          const places = sharedPlaces(createLedger(arena, THREAD, () => {}))
          const plain = createCells({ clock, histograms })
          const inArena = createCells({ clock, histograms, places })
          for (const records of turns) {
            for (const cells of [plain, inArena]) {
              apply(cells, records)
              cells.collect()
            }
            clock.advance(1000)
          }
          const expected = byName(plain.collect())

          expect(byName(readBack(arena, THREAD, clock))).toEqual(expected)
          expect(byName(inArena.collect())).toEqual(expected)
        }),
        { numRuns: 200 },
      )
    },
  )

  test('keep what an observable told last, and what it no longer tells stays out', () => {
    const clock = handClock()
    const arena = createArena(4)
    const cells = shared(arena, clock)
    let told = ['a', 'b']
    cells.meterProvider
      .getMeter('app')
      .createObservableGauge('depth')
      .addCallback((result) => {
        for (const queue of told) result.observe(told.length, { queue })
      })

    cells.collect()
    told = ['b']
    cells.collect()

    const [scope] = readBack(arena, THREAD, clock)
    expect(scope?.metrics[0]?.dataPoints).toMatchObject([{ attributes: { queue: 'b' }, value: 1 }])
  })

  test('hold the series that takes what came after the cap', () => {
    const clock = handClock()
    const arena = createArena(4)
    const ledger = createLedger(arena, THREAD, () => {})
    const options = { clock, places: sharedPlaces(ledger), maxSeriesPerInstrument: 2 }
    const cells = createCells(options)
    const records = ['a', 'b', 'c', 'd'].map((x) => ({ kind: 'counter', labels: { x }, value: 1 }))
    apply(cells, records as Recorded[])

    expect(readBack(arena, THREAD, clock)).toEqual(cells.collect())
  })

  test.each([
    { how: 'that waits', busy: false },
    { how: 'that never returns to its event loop', busy: true },
  ])('outlive a thread $how and is terminated', async ({ busy }) => {
    const records = fc.sample(recorded, { numRuns: 300, seed: 20261122 })
    const clock = handClock()
    const plain = createCells({ clock })
    apply(plain, records)
    const arena = createArena()
    const thread = new Worker(new URL('recording-thread.mjs', import.meta.url), {
      workerData: { arena, records, epochMs: NOON_MS, busy },
      execArgv: ['-C', '@plimsoll/source'],
    })
    const { threadId } = thread
    await once(thread, 'message')
    clock.advance(1000)
    const whileItLives = byName(readBack(arena, threadId, clock))

    await thread.terminate()

    const expected = byName(plain.collect())
    expect(whileItLives).toEqual(expected)
    expect(byName(readBack(arena, threadId, clock))).toEqual(expected)
  })
})

describe('memory that is full', () => {
  test('is told once, costs no number of this thread, and keeps for others what came before', () => {
    const clock = handClock()
    const arena = createArena(1)
    let told = 0
    const cells = shared(arena, clock, () => (told += 1))
    const count = 2_000
    const records = Array.from({ length: count }, (_, x) => ({
      kind: 'histogram',
      labels: { x },
      value: 1,
    }))
    apply(cells, records as Recorded[])
    apply(cells, records as Recorded[])

    const points = (collected: CollectedMetrics): unknown[] =>
      collected.flatMap(({ metrics }) => metrics.flatMap(({ dataPoints }) => [...dataPoints]))
    const own = points(cells.collect())
    const others = points(readBack(arena, THREAD, clock))

    expect(told).toBe(1)
    expect(own).toHaveLength(count)
    expect(others.length).toBeGreaterThan(50)
    expect(own.slice(0, others.length)).toEqual(others)
    expect(own.at(-1)).toMatchObject({ value: { count: 2 } })
  })

  test('takes no more of labels that are larger than a chunk, and goes on with others', () => {
    const clock = handClock()
    const arena = createArena(2)
    const cells = shared(arena, clock)
    apply(cells, [
      { kind: 'counter', labels: { a: 'x'.repeat(100_000) }, value: 1 },
      { kind: 'counter', labels: { a: 'short' }, value: 2 },
    ])

    const [scope] = readBack(arena, THREAD, clock)

    expect(scope?.metrics[0]?.dataPoints).toMatchObject([{ attributes: { a: 'short' }, value: 2 }])
  })

  test('has room again for others when a thread gives up its chunks', () => {
    const arena = createArena(2)
    const fill = (owner: number): number => {
      const ledger = createLedger(arena, owner, () => {})
      let entries = 0
      while (ledger.append('x'.repeat(1000), [owner]) !== undefined) entries += 1
      return entries
    }
    const first = fill(1)
    expect(fill(2)).toBe(0)

    releaseChunks(arena, 1)

    expect(readLedger(arena, 1)).toEqual([])
    expect(fill(3)).toBe(first)
    expect(readLedger(arena, 3)).toHaveLength(first)
  })
})
