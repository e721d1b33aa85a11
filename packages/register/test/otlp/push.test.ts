import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { lastMetrics, startCollector } from '../support/collector.ts'
import { ENDING, ENDS } from '../support/ends.ts'
import { startOrigin } from '../support/origin.ts'
import { PATIENT, programFolder, runNode } from '../support/program.ts'
import { having, storedRuns, totalIn, type MetricsLine } from '../support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const END = INSTRUMENTS.runEndTime.name

describe('with an endpoint, telemetry is pushed, complete', () => {
  test.each(ENDS)('when the program ends by $end', async ({ end, code, signal }) => {
    const origin = await startOrigin()
    const collector = await startCollector()
    const folder = programFolder({ 'app.cjs': ENDING })
    const env = {
      ORIGIN: origin.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/base/`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token',
      ...PATIENT,
    }

    const ended = await runNode(folder, ['app.cjs', end], { env })

    expect({ code: ended.code, signal: ended.signal }).toEqual({ code, signal })
    expect(ended.stderr).toContain(`telemetry goes to ${collector.url} by OTLP`)
    expect(ended.stderr).not.toContain('token')
    expect(storedRuns(folder)).toEqual([])
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(
      new Set(['/base/v1/metrics', '/base/v1/logs', '/base/v1/traces']),
    )
    for (const { headers } of collector.received) {
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        authorization: 'Bearer token',
        'user-agent': expect.stringMatching(/^OTel-OTLP-Exporter-Plimsoll\/\d/u) as string,
      })
    }
    const last = lastMetrics(collector.received, '/base/v1/metrics')
    expect(totalIn(last, CALLS)).toBe(2)
    expect(JSON.stringify(last)).toContain(`"${END}"`)
    // The end marker is the last thing that arrives.
    expect(collector.received.at(-1)?.path).toBe('/base/v1/metrics')
    const logs = collector.received
      .filter(({ path }) => path.endsWith('logs'))
      .map(({ body }) => body.toString())
      .join('')
    expect(logs.split(`"${EVENTS.call.name}"`)).toHaveLength(3)
    expect(logs.split(`"${EVENTS.runSummary.name}"`)).toHaveLength(2)
  })
})

test('protobuf is the default, gzip on demand', async () => {
  const collector = await startCollector()
  const folder = programFolder({ 'app.cjs': '' })

  await runNode(folder, ['app.cjs'], {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      ...PATIENT,
    },
  })

  expect(collector.received.length).toBeGreaterThan(0)
  for (const { headers, body } of collector.received) {
    expect(headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
    })
    // A ResourceMetrics, ResourceSpans or ResourceLogs: field 1, length-delimited.
    expect(body[0]).toBe(0x0a)
  }
  expect(collector.received.at(-1)?.body.includes(END)).toBe(true)
})

test(
  'workers and children push their own, also when main exits while they live',
  { timeout: 60_000 },
  async () => {
    const origin = await startOrigin()
    const collector = await startCollector()
    const folder = programFolder({
      'app.cjs': `
      const { Worker, isMainThread, parentPort } = require('node:worker_threads')
      const call = async () => (await fetch(process.env.ORIGIN)).text()
      if (isMainThread) new Worker(__filename).once('message', () => call().then(() => process.exit(5)))
      else call().then(() => { parentPort.postMessage(1); setInterval(() => {}, 1000) })`,
    })

    const ended = await runNode(folder, ['app.cjs'], {
      env: {
        ORIGIN: origin.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...PATIENT,
      },
    })

    expect(ended.code).toBe(5)
    const metrics = collector.received
      .filter(({ path }) => path === '/v1/metrics')
      .map(({ body }) => JSON.parse(body.toString()) as MetricsLine)
    const final = metrics.filter((line) => JSON.stringify(line).includes(`"${END}"`))
    expect(final).toHaveLength(2)
    expect(final.map((line) => totalIn(line, CALLS))).toEqual([1, 1])
  },
)

describe('signal by signal', () => {
  test('an endpoint of one signal leaves the others to files', async () => {
    const collector = await startCollector()
    const folder = programFolder({ 'app.cjs': '' })

    const ended = await runNode(folder, ['app.cjs'], {
      env: {
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${collector.url}/mine`,
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
      },
    })

    expect(collector.received.map(({ path }) => path)).toEqual(['/mine'])
    expect(ended.stderr).toContain(`logs go to ${collector.url} by OTLP`)
    const [run] = storedRuns(folder)
    expect(run !== undefined && having(run, END)).toBe(1)
    expect(run?.instances[0]?.logs).toEqual([])
  })

  test('one that is switched off goes nowhere', async () => {
    const folder = programFolder({ 'app.mjs': `await fetch('http://127.0.0.1:9').catch(() => {})` })

    const ended = await runNode(folder, ['app.mjs'], {
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    })

    expect(ended.stderr).toContain('traces go nowhere')
    const [run] = storedRuns(folder)
    expect(run?.instances[0]).toMatchObject({ logs: [], traces: [] })
    expect(run !== undefined && having(run, END)).toBe(1)
  })
})

describe('a collector that fails', () => {
  test('by being absent costs one warning, and the exit nothing', async () => {
    const folder = programFolder({ 'app.cjs': ENDING })
    const origin = await startOrigin()

    const ended = await runNode(folder, ['app.cjs', 'exit'], {
      env: { ORIGIN: origin.url, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    })

    expect(ended.code).toBe(3)
    const warnings = ended.stderr.trimEnd().split('\n').slice(1)
    expect(warnings.length).toBeGreaterThan(0)
    for (const warning of warnings) expect(warning).toContain('http://127.0.0.1:9')
  })

  test('by never answering holds the exit up for a second at most, and the program not at all', async () => {
    const origin = await startOrigin()
    const silent = await startOrigin(() => {})
    const folder = programFolder({
      'app.mjs': `import { performance } from 'node:perf_hooks'
        await (await fetch(process.env.ORIGIN)).text()
        process.on('exit', () => console.log(performance.timeOrigin + performance.now()))`,
    })

    const ended = await runNode(folder, ['app.mjs'], {
      env: { ORIGIN: origin.url, OTEL_EXPORTER_OTLP_ENDPOINT: silent.url },
    })

    const tookMs = performance.timeOrigin + performance.now() - Number(ended.stdout)
    expect(ended.code).toBe(0)
    expect(tookMs).toBeGreaterThan(800)
    expect(tookMs).toBeLessThan(2_500)
    expect(ended.stderr).toContain(`did not reach ${silent.url}`)
  })

  test('by refusing is named with its answer', async () => {
    const folder = programFolder({
      'app.cjs': `const wait = () => require('node:fs').existsSync('over') || setTimeout(wait, 10); wait()`,
    })
    const collector = await startCollector((response, received) => {
      // The program knows of the first refusal when it counts it.
      const lost = totalIn(
        lastMetrics(received, '/v1/metrics?key=secret'),
        INSTRUMENTS.telemetryLost.name,
      )
      if (lost > 0) writeFileSync(join(folder, 'over'), '')
      response.statusCode = 400
      response.end()
    })

    const ended = await runNode(folder, ['app.cjs'], {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}?key=secret`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        PLIMSOLL_INTERVAL_MS: '50',
      },
    })

    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain(
      `telemetry is not delivered to ${collector.url}/v1/metrics: HTTP 400`,
    )
    expect(ended.stderr).not.toContain('secret')
  })
})

test('the sender is no thread that the program hears of', async () => {
  const collector = await startCollector()
  const folder = programFolder({
    'app.mjs': `process.on('worker', () => console.log('a worker'))
      import { Worker } from 'node:worker_threads'
      setTimeout(() => new Worker('', { eval: true }), 20)`,
  })

  const ended = await runNode(folder, ['app.mjs'], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  })

  expect(ended.stdout).toBe('a worker\n')
})
