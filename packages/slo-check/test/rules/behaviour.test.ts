import { describe, expect, test } from 'vitest'
import { START } from '../otlp-lines.ts'
import { badRatio, ratio, sloText, threshold } from '../spec-text.ts'
import { evaluated, type Evaluated } from './evaluated.ts'
import { rulesOf } from './made-rules.ts'
import { attribute, HOUR, interval, MINUTE, telemetry, type Phase } from './minute-telemetry.ts'

async function watch(spec: string, lines: readonly string[], minutes: number): Promise<Evaluated> {
  const span = { start: START + 10 * MINUTE, end: START + minutes * MINUTE, step: 5 * MINUTE }
  return evaluated(await rulesOf(spec), lines, span)
}

/** Minutes since the start. */
function minutesOf(times: readonly number[]): number[] {
  return times.map((time) => (time - START) / MINUTE)
}

describe('a ratio over a day, through calm, a storm, silence and calm again', () => {
  const calm = { 'events/good': 99, 'events/bad': 1 }
  const phases: readonly Phase[] = [
    { minutes: 180, each: calm },
    { minutes: 60, each: { 'events/good': 40, 'events/bad': 60 } },
    { minutes: 90, each: {} },
    { minutes: 150, each: calm },
  ]
  const spec = sloText({
    period: '1d',
    indicator: badRatio('events_total{kind="bad"}', 'events_total'),
    objective: '{ target: 0.98 }',
  })
  const lines = [
    ...telemetry(phases),
    ...telemetry([{ minutes: 480, each: { 'events/bad': 50 } }], 'other'),
  ]

  test('the error ratio is that of what happened in each window, restarts and other services apart', async () => {
    const watched = await watch(spec, lines, 480)

    const hour = watched.recorded('slo:sli_error:ratio_rate1h')
    expect(hour.get(START + 150 * MINUTE)).toBeCloseTo(0.01, 2)
    expect(hour.get(START + 240 * MINUTE)).toBeCloseTo(0.6, 1)
    expect(hour.get(START + 210 * MINUTE)).toBeCloseTo((30 * 1 + 30 * 60) / 6000, 1)
    expect(hour.get(START + 420 * MINUTE)).toBeCloseTo(0.01, 2)
  })

  test('nothing is recorded where nothing happened, and nothing is NaN', async () => {
    const watched = await watch(spec, lines, 480)

    const five = watched.recorded('slo:sli_error:ratio_rate5m')
    const silent = [...five.keys()].filter(
      (time) => time > START + 246 * MINUTE && time < START + 330 * MINUTE,
    )
    expect(silent).toEqual([])
    expect([...five.values()].every(Number.isFinite)).toBe(true)
  })

  test('the budget that is left is that of the events, not of the windows', async () => {
    const watched = await watch(spec, lines, 480)

    // 330 calm minutes with one bad event each, 60 with sixty: 3930 of 39,000 events, where 780 may be.
    const left = watched
      .recorded('slo:period_error_budget_remaining:ratio')
      .get(START + 480 * MINUTE)
    expect(left).toBeCloseTo(1 - 3930 / 39_000 / 0.02, 0)
  })

  test('pages come in the storm, and stop in the silence; tickets do not outlast the short window', async () => {
    const watched = await watch(spec, lines, 480)

    const pages = minutesOf(watched.firing({ severity: 'page' }))
    const tickets = minutesOf(watched.firing({ severity: 'ticket' }))
    expect(Math.min(...pages)).toBeGreaterThan(180)
    expect(Math.min(...pages)).toBeLessThanOrEqual(200)
    expect(Math.max(...pages)).toBeGreaterThanOrEqual(240)
    expect(Math.max(...pages)).toBeLessThanOrEqual(246)
    expect(Math.min(...tickets)).toBeGreaterThan(180)
    expect(Math.max(...tickets)).toBeLessThanOrEqual(270)
  })
})

test('too few events alert nobody where the spec asks for more', async () => {
  const lines = telemetry([{ minutes: 120, each: { good: 0, all: 1 } }])
  const words = {
    period: '30d',
    indicator: ratio('good_total', 'all_total'),
    objective: '{ target: 0.99 }',
  }

  const guarded = await watch(
    sloText({ ...words, annotations: "{ plimsoll.dev/min-samples: '100' }" }),
    lines,
    120,
  )
  const open = await watch(sloText(words), lines, 120)

  expect(open.firing({ severity: 'page' })).not.toEqual([])
  expect(guarded.firing({ severity: 'page', long_window: '1h' })).toEqual([])
})

test('no data is an alert where the spec says that it is a failure', async () => {
  const lines = telemetry([
    { minutes: 60, each: { good: 9, all: 10 } },
    { minutes: 90, each: {} },
  ])

  const watched = await watch(
    sloText({ period: '1d', annotations: '{ plimsoll.dev/no-data: fail }' }),
    lines,
    150,
  )

  const absent = minutesOf(watched.firing({ severity: 'ticket' }))
  expect(Math.min(...absent)).toBeGreaterThanOrEqual(120)
  expect(absent.at(-1)).toBe(150)
})

describe('a count', () => {
  const count = (limit: number): string =>
    sloText({
      period: '1d',
      annotations: '{ plimsoll.dev/kind: count }',
      objective: `{ op: lte, value: ${limit}, target: 0.9 }`,
      indicator: threshold('events_total{kind="bad"}'),
    })

  test('burns by its share of what the period allows', async () => {
    // Two bad events an hour, of 24 that the day allows: twice the rate that lasts.
    const hour = [
      { minutes: 29, each: { 'events/good': 5 } },
      { minutes: 1, each: { 'events/good': 5, 'events/bad': 1 } },
    ]
    const lines = telemetry([
      ...hour,
      ...hour,
      ...hour,
      ...hour,
      ...hour,
      ...hour,
      ...hour,
      ...hour,
    ])

    const watched = await watch(count(24), lines, 240)

    const burn = watched.recorded('slo:sli_error:ratio_rate2h').get(START + 240 * MINUTE)
    expect(burn).toBeGreaterThan(1.9)
    expect(burn).toBeLessThan(2.2)
    expect(watched.firing({ severity: 'page' })).toEqual([])
  })

  test('of nothing but good events is 0, not missing', async () => {
    const lines = telemetry([{ minutes: 60, each: { 'events/good': 5 } }])

    const watched = await watch(count(24), lines, 60)

    expect(new Set(watched.recorded('slo:sli_error:ratio_rate5m').values())).toEqual(new Set([0]))
  })

  test('of which none is allowed pages at the first event, as long as the window holds it', async () => {
    const lines = telemetry([
      { minutes: 60, each: { 'events/good': 5 } },
      { minutes: 1, each: { 'events/bad': 1 } },
      { minutes: 89, each: { 'events/good': 5 } },
    ])

    const watched = await watch(count(0), lines, 150)

    const pages = minutesOf(watched.firing({ severity: 'page' }))
    expect([Math.min(...pages), Math.max(...pages)]).toEqual([65, 85])
    expect(
      watched.recorded('slo:period_error_budget_remaining:ratio').get(START + 150 * MINUTE),
    ).toBe(0)
  })
})

test('a limit without a budget alerts over a long and a short window', async () => {
  const spec = sloText({
    period: '1d',
    annotations: '{ plimsoll.dev/kind: rate }',
    objective: '{ op: lte, value: 1, target: 0.9 }',
    indicator: threshold('asked_total'),
  })
  const lines = telemetry([
    { minutes: 60, each: { asked: 30 } },
    { minutes: 60, each: { asked: 120 } },
    { minutes: 60, each: { asked: 30 } },
  ])

  const watched = await watch(spec, lines, 3 * 60)

  const times = minutesOf(watched.firing({ severity: 'ticket' }))
  expect(Math.min(...times)).toBeGreaterThan(65)
  expect(Math.min(...times)).toBeLessThanOrEqual(85)
  expect(Math.max(...times)).toBeLessThanOrEqual(125)
  expect(watched.recorded('slo:sli_value:window30m').get(START + 2 * HOUR)).toBeCloseTo(2, 1)
})

test('a limit that is no boundary of a foreign histogram is told, for its budget is not watched', async () => {
  const spec = (limit: number): string =>
    sloText({
      period: '1d',
      annotations: '{ plimsoll.dev/kind: percentile }',
      objective: `{ op: lte, value: ${limit}, target: 0.9 }`,
      indicator: threshold('latency_bucket'),
    })
  const lines = Array.from({ length: 60 }, (_, minute) => histogramLine(minute + 1))

  const known = await watch(spec(2), lines, 60)
  const unknown = await watch(spec(1.5), lines, 60)

  // Of ten a minute, nine are at most 1, and all at most 2 but one.
  expect(known.recorded('slo:sli_error:ratio_rate30m').get(START + HOUR)).toBeCloseTo(0.1, 9)
  expect(known.firing({})).toEqual([])
  expect(unknown.recorded('slo:sli_error:ratio_rate30m').size).toBe(0)
  expect(unknown.firing({ severity: 'ticket' })).not.toEqual([])
})

function histogramLine(minutes: number): string {
  const point = {
    ...interval(START, START + minutes * MINUTE),
    attributes: [],
    count: String(10 * minutes),
    sum: 10 * minutes,
    explicitBounds: [1, 2],
    bucketCounts: [8, 1, 1].map((count) => String(count * minutes)),
  }
  const metric = { name: 'latency', histogram: { aggregationTemporality: 2, dataPoints: [point] } }
  const attributes = [attribute('service.name', 'harvest')]
  return JSON.stringify({
    resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics: [metric] }] }],
  })
}
