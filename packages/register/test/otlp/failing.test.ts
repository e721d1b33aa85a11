import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { ATTRIBUTES, EVENTS, INSTRUMENTS, type LossReason, type Signal } from '@plimsoll/semconv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lastMetrics, occurrences, startCollector } from '../support/collector.ts'
import { startOrigin } from '../support/origin.ts'
import { PATIENT, PRELOAD, programFolder, runNode, type Ended } from '../support/program.ts'
import { totalIn, type MetricsLine } from '../support/run-files.ts'

// What a collector that misbehaves costs: nothing that could have been delivered, and the rest is told to the item.

const CALLS = INSTRUMENTS.callDuration.name
const CALL_EVENT = `"${EVENTS.call.name}"`
const END = `"${INSTRUMENTS.runEndTime.name}"`

/** Makes as many calls as it is told, waits as long as it is told or for a file named `over`, and ends with code 3. */
const PROGRAM = `
const [calls, waitMs] = process.argv.slice(2).map(Number)
const { existsSync } = require('node:fs')
const call = async () => (await fetch(process.env.ORIGIN)).text()
const end = () => process.exit(3)
const wait = () => existsSync('over') ? end() : setTimeout(wait, 10)
Promise.all(Array.from({ length: calls }, call))
  .then(() => waitMs >= 0 ? setTimeout(end, waitMs) : wait())
`

async function run(
  url: string,
  calls: number,
  until: number | (() => boolean),
  env: Record<string, string> = {},
): Promise<Ended> {
  const origin = await startOrigin()
  const folder = programFolder({ 'app.cjs': PROGRAM })
  const waitMs = typeof until === 'number' ? until : -1
  const poll = setInterval(() => {
    if (typeof until === 'function' && until()) writeFileSync(join(folder, 'over'), '')
  }, 10)
  onTestFinished(() => clearInterval(poll))
  const ended = await runNode(folder, ['app.cjs', String(calls), String(waitMs)], {
    env: {
      ORIGIN: origin.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      PLIMSOLL_INTERVAL_MS: '50',
      ...env,
    },
  })
  clearInterval(poll)
  expect(ended.code).toBe(3)
  expect(origin.requests()).toBe(calls)
  return ended
}

function status(
  response: ServerResponse,
  code: number,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, headers)
  response.end()
}

function lostIn(line: MetricsLine, signal: Signal, reason?: LossReason): number {
  return totalIn(line, INSTRUMENTS.telemetryLost.name, {
    [ATTRIBUTES.signal.key]: signal,
    ...(reason === undefined ? {} : { [ATTRIBUTES.lossReason.key]: reason }),
  })
}

/** Items that the last line on stderr says did not arrive. */
function toldLost(stderr: string): Record<string, number> {
  const line = stderr.split('\n').find((text) => text.includes('did not reach')) ?? ''
  return Object.fromEntries(
    [...line.matchAll(/(\d+) (event|span|data point)/gu)].map(([, count, word]) => [
      word,
      Number(count),
    ]),
  )
}

describe('nothing is lost', () => {
  test.each([429, 503])('by %i, however soon the process ends', async (code) => {
    const collector = await startCollector((response, { length }) =>
      length > 3 && length < 9 ? status(response, code) : status(response, 200),
    )

    const ended = await run(collector.url, 5, 100, PATIENT)

    expect(ended.stderr).not.toContain('did not reach')
    const last = lastMetrics(collector.received)
    expect(totalIn(last, CALLS)).toBe(5)
    expect(JSON.stringify(last)).toContain(END)
  })

  test('by an end marker that is turned away at first', async () => {
    let turnedAway = 0
    const collector = await startCollector((response, received) => {
      const isEnd = received.at(-1)?.body.includes(END) === true
      if (isEnd && turnedAway < 2) {
        turnedAway += 1
        return status(response, 503)
      }
      return status(response, 200)
    })

    const ended = await run(collector.url, 1, 100, PATIENT)

    expect(turnedAway).toBe(2)
    expect(ended.stderr).not.toContain('did not reach')
    expect(collector.received.at(-1)?.body.includes(END)).toBe(true)
  })

  test('by a connection that breaks after the status: it was taken, and is not sent twice', async () => {
    const collector = await startCollector((response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('{', () => response.destroy())
    })

    const ended = await run(collector.url, 5, 100, PATIENT)

    expect(ended.stderr).not.toContain('did not reach')
    expect(occurrences(collector.received, '/v1/logs', CALL_EVENT)).toBe(5)
  })

  test('by a collector that is slow, where the process is told to wait for it', async () => {
    const collector = await startCollector((response) => {
      setTimeout(() => status(response, 200), 1_500)
    })

    const ended = await run(collector.url, 5, 0, PATIENT)

    expect(ended.stderr).not.toContain('did not reach')
    expect(totalIn(lastMetrics(collector.received), CALLS)).toBe(5)
    expect(JSON.stringify(lastMetrics(collector.received))).toContain(END)
  })

  test('of the metrics when another signal hangs', async () => {
    const collector = await startCollector((response, received) => {
      if (received.at(-1)?.path === '/v1/metrics') status(response, 200)
    })

    const ended = await run(collector.url, 5, 100)

    expect(totalIn(lastMetrics(collector.received), CALLS)).toBe(5)
    expect(JSON.stringify(lastMetrics(collector.received))).toContain(END)
    // Its summary is an event as well.
    expect(toldLost(ended.stderr)).toEqual({ event: 6, span: 10 })
    expect(ended.stderr).not.toContain('without its end')
  })
})

describe('what is lost is told exactly', () => {
  test('what was refused, in the metrics that get through', async () => {
    const collector = await startCollector((response, received) =>
      status(response, received.at(-1)?.path === '/v1/metrics' ? 200 : 400),
    )
    const lostSoFar = (signal: Signal): number => lostIn(lastMetrics(collector.received), signal)

    const ended = await run(
      collector.url,
      5,
      () => lostSoFar('logs') >= 5 && lostSoFar('traces') >= 10,
      PATIENT,
    )

    const last = lastMetrics(collector.received)
    expect(lostIn(last, 'logs')).toBe(5)
    // A call and its one attempt.
    expect(lostIn(last, 'traces')).toBe(10)
    expect(lostIn(last, 'metrics')).toBe(0)
    // The summary goes after the counts can be told anywhere but here.
    expect(toldLost(ended.stderr)).toEqual({ event: 6, span: 10 })
    expect(ended.stderr).toContain(`${collector.url}/v1/`)
    expect(ended.stderr).toContain('HTTP 400')
  })

  test('what was taken in part', async () => {
    const collector = await startCollector((response, received) => {
      const partialSuccess =
        received.at(-1)?.path === '/v1/logs'
          ? { rejectedLogRecords: '1', errorMessage: 'too long' }
          : {}
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ partialSuccess }))
    })

    const isTold = (): boolean => lostIn(lastMetrics(collector.received), 'logs') > 0
    const ended = await run(collector.url, 5, isTold, PATIENT)

    const requests = collector.received.filter(({ path }) => path === '/v1/logs').length
    expect(lostIn(lastMetrics(collector.received), 'logs')).toBeGreaterThanOrEqual(1)
    expect(toldLost(ended.stderr)).toEqual({ event: requests })
    expect(ended.stderr).toContain('too long')
  })

  test('everything, by a collector that takes all and answers nothing', async () => {
    const collector = await startCollector(() => {})

    const ended = await run(collector.url, 5, 100)

    const points = pointsIn(lastMetrics(collector.received))
    expect(points).toBeGreaterThan(0)
    // Of cumulative metrics the last alone is lost.
    expect(toldLost(ended.stderr)).toEqual({ event: 6, span: 10, 'data point': points })
    expect(ended.stderr).toContain('no answer in time')
    expect(ended.stderr).toContain('without its end the run is incomplete')
  })

  test('an end marker that is refused: the run is incomplete, and its owner hears of it', async () => {
    const collector = await startCollector((response, received) =>
      status(response, received.at(-1)?.body.includes(END) === true ? 400 : 200),
    )

    const ended = await run(collector.url, 5, 100, PATIENT)

    const refused = pointsIn(lastMetrics(collector.received))
    expect(toldLost(ended.stderr)).toEqual({ 'data point': refused })
    expect(ended.stderr).toContain('without its end the run is incomplete')
  })
})

test('what waits longest goes first when more waits than there is room for', async () => {
  const collector = await startCollector((response, received) => {
    if (received.at(-1)?.path === '/v1/metrics') status(response, 200)
  })
  // Spans of 1 MB each, an export for each: 40 do not fit into 32.
  const folder = programFolder({
    'app.cjs': `
      const { trace } = require('node:module').createRequire(process.env.PRELOAD)('@opentelemetry/api')
      const text = 'x'.repeat(2 ** 20)
      let left = 40
      setInterval(function () {
        if (left-- === 0) return clearInterval(this), setTimeout(() => {}, 300)
        trace.getTracer('large').startSpan('large', { attributes: { text } }).end()
      }, 30)`,
  })

  const ended = await runNode(folder, ['app.cjs'], {
    env: {
      PRELOAD,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      PLIMSOLL_INTERVAL_MS: '20',
    },
  })

  const dropped = lostIn(lastMetrics(collector.received), 'traces', 'queue_full')
  expect(dropped).toBeGreaterThanOrEqual(8)
  expect(dropped).toBeLessThan(16)
  expect(lostIn(lastMetrics(collector.received), 'traces')).toBe(dropped)
  expect(toldLost(ended.stderr)).toMatchObject({ span: 40 })
})

test('a sender that cannot even start loses everything, to the item, and the program nothing', async () => {
  const origin = await startOrigin()
  const folder = programFolder({ 'app.cjs': PROGRAM })

  const ended = await runNode(folder, ['app.cjs', '5', '300'], {
    env: {
      ORIGIN: origin.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'nowhere.pem',
      PLIMSOLL_INTERVAL_MS: '50',
    },
  })

  expect(ended.code).toBe(3)
  expect(ended.stderr).toContain('nowhere.pem')
  const { 'data point': points, ...rows } = toldLost(ended.stderr)
  expect(rows).toEqual({ event: 6, span: 10 })
  // One snapshot, not every one that there ever was.
  expect(points).toBeLessThan(50)
})

function pointsIn({ resourceMetrics }: MetricsLine): number {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ sum, gauge, histogram }) => (sum ?? gauge ?? histogram)?.dataPoints ?? []).length
}
