import { EVENTS, INSTRUMENTS, SPANS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startCollector } from '../support/collector.ts'
import { startOrigin } from '../support/origin.ts'
import { PRELOAD, programFolder, runNode } from '../support/program.ts'
import { eventsOf, onlyRun, spansOf, storedRuns, total } from '../support/run-files.ts'
import { SDKS, module } from '../support/sdks.ts'

const CALLS = INSTRUMENTS.callDuration.name
const ATTEMPTS = INSTRUMENTS.requestDuration.name

interface Got {
  readonly started: boolean[]
  readonly metrics: { name: string; points: [Record<string, unknown>, number][] }[]
  readonly spans: { name: string; id: string; parent?: string; trace: string; scope: string }[]
  readonly events: string[]
}

/** The count, or the sum, of all series of a metric that the SDK has got. */
function sum(got: Got, name: string): number {
  return got.metrics
    .filter((metric) => metric.name === name)
    .flatMap(({ points }) => points)
    .reduce((all, [, value]) => all + value, 0)
}

const NAMES = Object.keys(SDKS) as (keyof typeof SDKS)[]

/** Two calls, the second one within a span of the program's; its counter and its log record. */
const program = (name: keyof typeof SDKS, start: string): string => `
  const api = ${module(name, '@opentelemetry/api')}
  const early = api.trace.getTracer('early')
  const ask = () => fetch(process.env.ORIGIN).then((response) => response.text())
  void (async () => {
    if (${start === 'later'}) await ask()
    const started = ${start === 'later' ? 'sdk.start()' : 'globalThis.started'}
    if (${start !== 'later'}) await ask()
    await early.startActiveSpan('work', async (span) => {
      await ask()
      span.end()
    })
    api.metrics.getMeter('mine').createCounter('my.counter').add(4)
    console.log(JSON.stringify({ started, ...(await sdk.got()) }))
  })()`

describe.each(NAMES)('%s', (name) => {
  test('that was here first gets the spans, and a copy of metrics and events; a run can be judged', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      'sdk.cjs': `${SDKS[name]}\nglobalThis.started = sdk.start()`,
      'app.cjs': program(name, 'first'),
    })

    const ended = await runNode(folder, ['app.cjs'], {
      load: 'none',
      nodeArgs: ['-r', './sdk.cjs', '-r', PRELOAD],
      env: { ORIGIN: origin.url },
    })

    expect(ended.stderr).toContain('to the OpenTelemetry SDK that was here first')
    const got = JSON.parse(ended.stdout) as Got
    expect(got.started).toEqual([true, true, true])
    expect([sum(got, CALLS), sum(got, ATTEMPTS), sum(got, 'my.counter')]).toEqual([2, 2, 4])
    expect(got.events.filter((event) => event === EVENTS.call.name)).toHaveLength(2)
    const work = got.spans.find((span) => span.name === 'work')
    const calls = got.spans.filter((span) => span.name === SPANS.call)
    expect(calls.map(({ parent }) => parent)).toEqual([undefined, work?.id])
    const attempts = got.spans.filter((span) => span.name === 'GET')
    expect(attempts.map(({ parent }) => parent)).toEqual(calls.map(({ id }) => id))
    const run = onlyRun(folder)
    expect([total(run, CALLS), total(run, ATTEMPTS), total(run, 'my.counter')]).toEqual([2, 2, 0])
    expect(total(run, INSTRUMENTS.runEndTime.name)).toBeGreaterThan(0)
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(2)
    expect(spansOf(run)).toEqual([])
  })

  test('that starts later takes over, as if nobody had been here', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      'app.cjs': `${SDKS[name]}\n{${program(name, 'later')}}`,
    })

    const ended = await runNode(folder, ['app.cjs'], { env: { ORIGIN: origin.url } })

    const got = JSON.parse(ended.stdout) as Got
    expect(got.started).toEqual([true, true, true])
    expect([sum(got, CALLS), sum(got, ATTEMPTS), sum(got, 'my.counter')]).toEqual([1, 1, 4])
    expect(got.events.filter((event) => event === EVENTS.call.name)).toHaveLength(1)
    const [work] = got.spans.filter((span) => span.name === 'work')
    const calls = got.spans.filter((span) => span.name === SPANS.call)
    expect(work?.scope).toBe('early')
    expect(calls.map(({ parent, trace }) => [parent, trace])).toEqual([[work?.id, work?.trace]])
    // What stood before is there; what was counted before is in the files, together with the rest.
    expect(sum(got, INSTRUMENTS.runStartTime.name)).toBeGreaterThan(0)
    const run = onlyRun(folder)
    expect([total(run, CALLS), total(run, ATTEMPTS), total(run, 'my.counter')]).toEqual([2, 2, 0])
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(2)
    expect(spansOf(run).toSorted()).toEqual(['GET', SPANS.call].toSorted())
    expect(ended.code).toBe(0)
  })

  test('beside metrics and events that are pushed gets no copy of them: one collector counts once', async () => {
    const origin = await startOrigin()
    const collector = await startCollector()
    const folder = programFolder({
      'app.cjs': `${SDKS[name]}\n{${program(name, 'later')}}`,
    })

    const ended = await runNode(folder, ['app.cjs'], {
      env: { ORIGIN: origin.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    })

    const got = JSON.parse(ended.stdout) as Got
    expect([sum(got, CALLS), sum(got, ATTEMPTS), sum(got, 'my.counter')]).toEqual([0, 0, 4])
    expect(got.events).toEqual([])
    expect(got.spans.filter((span) => span.name === SPANS.call)).toHaveLength(1)
    expect(collector.received.map(({ path }) => path)).toContain('/v1/metrics')
    expect(storedRuns(folder)).toEqual([])
  })

  test('that ends leaves the place free, and one that starts a second time is refused as ever', async () => {
    const folder = programFolder({
      'app.cjs': `
        const { metrics } = ${module(name, '@opentelemetry/api')}
        const own = () => ({ getMeter: () => ({}) })
        const results = [metrics.setGlobalMeterProvider(own()), metrics.setGlobalMeterProvider(own())]
        metrics.disable()
        results.push(metrics.getMeterProvider().constructor.name)
        const last = own()
        results.push(metrics.setGlobalMeterProvider(last))
        console.log(JSON.stringify(results), metrics.getMeterProvider() === last)`,
    })

    const [preloaded, alone] = [
      await runNode(folder, ['app.cjs']),
      await runNode(folder, ['app.cjs'], { load: 'none' }),
    ]

    expect(alone.stdout).toBe('[true,false,"NoopMeterProvider",true] true\n')
    expect(preloaded.stdout).toBe(alone.stdout)
  })
})
