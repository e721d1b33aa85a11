import { createEngine, type Engine } from '@plimsoll/promql'
import { INSTRUMENTS as I } from '@plimsoll/semconv'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { searchRun, type SearchOptions, type Waiting } from '../../src/source/run-search.ts'
import { RUN_ID, START, otlpLines, type InstanceTruth } from '../otlp-lines.ts'
import { fakeClock, type FakeClock } from '../server/fake-clock.ts'

let engine: Engine
let clock: FakeClock
beforeEach(async () => {
  engine = await createEngine()
  clock = fakeClock((START + 100) * 1000)
})
afterEach(() => {
  engine[Symbol.dispose]()
})

function instance(name: string, more: InstanceTruth = {}): InstanceTruth {
  return { instance: name, counters: [{ instrument: I.cacheLookups, value: 5 }], ...more }
}

function loaded(...truths: readonly InstanceTruth[]): void {
  for (const truth of truths) engine.load(otlpLines(truth).join('\n'))
}

/** Telemetry that arrives when the clock has come so far. */
function arriving(afterMs: number, truth: InstanceTruth): void {
  const inner = { ...clock }
  let due = true
  clock.sleep = async (ms, signal) => {
    await inner.sleep(ms, signal)
    if (!due || clock.now() < afterMs) return
    due = false
    loaded(truth)
  }
}

/** What arrived of a line that was parted on the way. */
function markersOnly(line: string): string {
  const { resourceMetrics } = JSON.parse(line) as {
    resourceMetrics: { scopeMetrics: [{ metrics: { name: string }[] }] }[]
  }
  const markers: readonly string[] = [I.runStartTime.name, I.runEndTime.name]
  for (const { scopeMetrics } of resourceMetrics)
    scopeMetrics[0].metrics = scopeMetrics[0].metrics.filter(({ name }) => markers.includes(name))
  return JSON.stringify({ resourceMetrics })
}

function search(given: Partial<SearchOptions> = {}): ReturnType<typeof searchRun> {
  return searchRun({
    ask: (query, time) => Promise.resolve(engine.instant(query, time)),
    name: 'http://server',
    wantedRun: RUN_ID,
    at: null,
    lookbackSeconds: 7 * 86_400,
    waitMs: 30_000,
    clock,
    ...given,
  })
}

describe('a run that is asked for', () => {
  test('and has ended is found without waiting', async () => {
    loaded(instance('a'), instance('b', { start: START + 10 }))

    const found = await search()

    expect(clock.waits).toEqual([])
    expect(found).toMatchObject({ id: RUN_ID, waitedMs: 0 })
    expect(found.starts.map(({ time, heard }) => [time, heard])).toEqual([
      [START, START + 30],
      [START + 10, START + 40],
    ])
  })

  test('and is not there yet is waited for', async () => {
    arriving(3000, instance('a'))

    expect(await search()).toMatchObject({ id: RUN_ID, waitedMs: 0 })
    expect(clock.now()).toBeLessThan(5000)
  })

  test('is waited for until its last instance ended, and what is waited for is told', async () => {
    const told: Waiting[] = []
    loaded(instance('a'), instance('b', { markers: 'start' }))
    arriving(6000, instance('b'))

    const found = await search({ onWait: (waiting) => void told.push(waiting) })

    expect(found).toMatchObject({ waitedMs: 0 })
    expect(found.ends).toHaveLength(2)
    expect(told[0]).toEqual({
      what: `the end of 1 of 2 instances of ${RUN_ID}`,
      waitedMs: 0,
      waitMs: 30_000,
    })
  })

  test('and does not end in time is given as it is, with the time that was waited', async () => {
    loaded(instance('a', { markers: 'start' }))

    expect(await search({ waitMs: 12_000 })).toMatchObject({ ends: [], waitedMs: 12_000 })
    expect(clock.waits.every((ms) => ms <= 5000)).toBe(true)
    expect(clock.waits.reduce((sum, ms) => sum + ms, 0)).toBe(12_000)
  })

  test('is looked for once where nobody wants to wait', async () => {
    loaded(instance('a', { markers: 'start' }))

    expect(await search({ waitMs: 0 })).toMatchObject({ ends: [], waitedMs: 0 })
    expect(clock.waits).toEqual([])
  })

  test('and left no markers is not waited for: nothing would tell its end', async () => {
    loaded(instance('a', { markers: 'none' }))

    expect(await search()).toMatchObject({ starts: [], ends: [], waitedMs: 0 })
    expect(clock.waits).toEqual([])
  })

  test('and was heard of just now without markers is waited for: they may be on the way', async () => {
    loaded(instance('a', { markers: 'none', start: START + 60 }))
    arriving(2000, instance('a', { start: START + 60 }))

    expect(await search()).toMatchObject({ ends: [{ instance: 'a' }], waitedMs: 0 })
  })

  test('is waited for until the last numbers stand beside each end marker', async () => {
    const [early = '', late = '', last = ''] = otlpLines(instance('a'))
    engine.load([early, late, markersOnly(last)].join('\n'))
    const told: string[] = []

    const found = await search({ onWait: ({ what }) => void told.push(what), waitMs: 3000 })

    expect(found).toMatchObject({ behind: [{ instance: 'a' }], waitedMs: 3000 })
    expect(told[0]).toBe(`the last numbers of 1 of 1 instances of ${RUN_ID}`)
  })

  test('tells instances of two services apart that are numbered alike', async () => {
    loaded(instance('1'), instance('1', { service: 'other', markers: 'start' }))

    const found = await search({ waitMs: 0 })

    expect(found.starts.map(({ heard }) => heard)).toEqual([START + 30, Number.NaN])
  })

  test('and began before what is looked at is read from its start', async () => {
    loaded(
      instance('root', { seconds: 9000, exports: 300 }),
      instance('killed', { markers: 'start' }),
    )
    clock = fakeClock((START + 9100) * 1000)

    const found = await search({ lookbackSeconds: 3600, waitMs: 0 })

    expect(found.starts.map(({ instance: name }) => name).toSorted()).toEqual(['killed', 'root'])
  })

  test('and is stamped by a clock a little ahead is found', async () => {
    loaded(instance('a', { start: START + 110, seconds: 30 }))

    expect(await search({ waitMs: 0 })).toMatchObject({ id: RUN_ID })
  })
})

describe('a run that is not there is told', () => {
  const notFound = (given: Partial<SearchOptions>): Promise<void> =>
    expect(search({ waitMs: 4000, ...given })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_RUN_NOT_FOUND',
      message: expect.stringContaining('looked back 7d (--lookback), waited 4s (--wait)') as string,
    })

  test('with the one that may be meant', async () => {
    loaded(instance('a', { runId: 'nightly-12' }))

    await notFound({ wantedRun: 'nightly-21' })
    await expect(search({ wantedRun: 'nightly-21', waitMs: 0 })).rejects.toThrow(
      'there is no run nightly-21 on http://server: looked back 7d (--lookback), waited 0s (--wait); did you mean nightly-12?',
    )
  })

  test('with the newest', async () => {
    loaded(instance('a', { runId: 'one' }), instance('b', { runId: 'two', start: START + 5 }))

    await expect(search({ wantedRun: 'zzz-zzz', waitMs: 0 })).rejects.toThrow(
      'The newest there:\n  two  2026-11-18T11:06:45.000Z  harvest\n  one  2026-11-18T11:06:40.000Z  harvest',
    )
  })

  test('where there is none at all, with what to look at', async () => {
    await notFound({})
    await expect(search({ waitMs: 0, wantedRun: null })).rejects.toThrow(
      'there is no run on http://server: looked back 7d (--lookback), waited 0s (--wait); there is no run at all: does the telemetry reach this server',
    )
  })

  test('where it is older than what is looked at', async () => {
    loaded(instance('a', { start: START - 4000 }))

    await expect(search({ lookbackSeconds: 3600, waitMs: 0 })).rejects.toThrow('looked back 1h')
  })
})

describe('without an id', () => {
  test('the only run is meant', async () => {
    loaded(instance('a'), instance('b'))

    expect(await search({ wantedRun: null })).toMatchObject({ id: RUN_ID })
  })

  test('one of several must be chosen, and the newest are named with service and time', async () => {
    for (let index = 0; index < 7; index += 1)
      loaded(instance(`i${index}`, { runId: `run-${index}`, start: START + index, service: 's' }))

    await expect(search({ wantedRun: null })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_USAGE',
      message: expect.stringMatching(
        /holds 7 runs of the last 7d; choose one with --run ID or PLIMSOLL_RUN_ID\. The newest:\n {2}run-6 {2}2026-11-18T11:06:46\.000Z {2}s\n(?: {2}run-\d.*\n){3} {2}run-2 .*$/u,
      ) as string,
    })
  })
})
