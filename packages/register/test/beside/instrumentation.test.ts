import { INSTRUMENTS, SPANS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { PRELOAD, programFolder, runNode } from '../support/program.ts'
import { onlyRun, spansOf, total } from '../support/run-files.ts'
import { SDKS, module } from '../support/sdks.ts'

const CALLS = INSTRUMENTS.callDuration.name
const ATTEMPTS = INSTRUMENTS.requestDuration.name
const CLIENT = 2

interface Got {
  readonly metrics: { name: string; points: [Record<string, unknown>, number][] }[]
  readonly spans: { name: string; kind: number; id: string; parent?: string; scope: string }[]
}

function sum(got: Got, name: string): number {
  return got.metrics
    .filter((metric) => metric.name === name)
    .flatMap(({ points }) => points)
    .reduce((all, [, value]) => all + value, 0)
}

const INSTRUMENT = `
const undici = ${module('SDK 3', '@opentelemetry/instrumentation-undici')}
const http = ${module('SDK 3', '@opentelemetry/instrumentation-http')}
const instrument = () => [new undici.UndiciInstrumentation(), new http.HttpInstrumentation()]`

/** An origin that fails at first, and keeps the trace headers of each request. */
async function startFlaky() {
  const traces: string[][] = []
  const origin = await startOrigin((request, response) => {
    const { rawHeaders } = request
    traces.push(rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'traceparent'))
    response.statusCode = traces.length === 1 ? 503 : 200
    response.end('x')
  })
  return { ...origin, traces }
}

const ASK = `
const ask = async () => {
  await (await fetch(process.env.ORIGIN)).text()
  await new Promise((done) => require('node:http').get(process.env.ORIGIN, (r) => r.resume().on('end', done)))
}`

const POLICIES = 'fetch: { defaults: { retry: { baseDelayMs: 1 } } }'

describe.each([
  { order: 'here first', start: 'globalThis.started = [sdk.start(), instrument()]', later: '' },
  { order: 'started later, then instrumented', start: '', later: 'sdk.start(); instrument()' },
  { order: 'instrumented first, started later', start: '', later: 'instrument(); sdk.start()' },
])('an SDK with OpenTelemetry’s HTTP instrumentations, $order', ({ start, later }) => {
  test.each([
    { calls: 'observed', config: {}, undici: [503], attempts: 2 },
    {
      calls: 'under policies',
      config: { 'plimsoll.config.yaml': POLICIES },
      undici: [503, 200],
      attempts: 3,
    },
  ])(
    'counts and traces each attempt of calls $calls once',
    async ({ config, undici, attempts }) => {
      const origin = await startFlaky()
      const folder = programFolder({
        ...config,
        'sdk.cjs': `${SDKS['SDK 3']}\n${INSTRUMENT}\nglobalThis.instrument = instrument\n${start}`,
        'app.cjs': `${ASK}
        void (async () => {
          ${later}
          await ask()
          console.log(JSON.stringify(await sdk.got()))
        })()`,
      })

      const sdk = ['-r', './sdk.cjs']
      const nodeArgs = start === '' ? ['-r', PRELOAD, ...sdk] : [...sdk, '-r', PRELOAD]
      const ended = await runNode(folder, ['app.cjs'], {
        load: 'none',
        nodeArgs,
        env: { ORIGIN: origin.url },
      })

      expect(ended).toMatchObject({ code: 0 })
      const got = JSON.parse(ended.stdout) as Got
      expect(origin.traces).toHaveLength(attempts)
      // One header each: what a second propagation would add makes it invalid.
      expect(origin.traces.map((headers) => headers.length)).toEqual(origin.traces.map(() => 1))
      expect([sum(got, ATTEMPTS), sum(got, CALLS)]).toEqual([attempts, 2])
      const clients = got.spans.filter(({ kind }) => kind === CLIENT)
      expect(clients.map(({ scope }) => scope.replace('@opentelemetry/', '')).toSorted()).toEqual([
        'instrumentation-http',
        ...undici.map(() => 'instrumentation-undici'),
      ])
      const calls = got.spans.filter(({ name }) => name === SPANS.call)
      expect(calls).toHaveLength(2)
      const [fetched] = calls.map(({ id }) => id)
      expect(clients.filter(({ parent }) => parent === fetched)).toHaveLength(undici.length)
      const run = onlyRun(folder)
      expect([total(run, ATTEMPTS), total(run, CALLS)]).toEqual([attempts, 2])
    },
  )
})

test('without an SDK the instrumentations add nothing to our files', async () => {
  const origin = await startFlaky()
  const folder = programFolder({
    'app.cjs': `${INSTRUMENT}\ninstrument()\n${ASK}\nvoid ask()`,
    'plimsoll.config.yaml': POLICIES,
  })

  const ended = await runNode(folder, ['app.cjs'], {
    env: { ORIGIN: origin.url, OTEL_PROPAGATORS: 'tracecontext' },
  })

  expect(ended).toMatchObject({ code: 0, stdout: '' })
  const run = onlyRun(folder)
  expect([total(run, ATTEMPTS), total(run, CALLS)]).toEqual([3, 2])
  expect(spansOf(run).toSorted()).toEqual(['GET', 'GET', 'GET', SPANS.call, SPANS.call].toSorted())
  expect(origin.traces.slice(0, 2).map((headers) => headers.length)).toEqual([1, 1])
})

test('the spans and numbers of servers are the program’s, and stay', async () => {
  const folder = programFolder({
    'app.cjs': `${INSTRUMENT}\ninstrument()
      const { createServer } = require('node:http')
      const server = createServer((_, response) => response.end('x')).listen(0, async () => {
        await (await fetch('http://127.0.0.1:' + server.address().port)).text()
        server.close()
      })`,
  })

  await runNode(folder, ['app.cjs'])

  const run = onlyRun(folder)
  expect(total(run, 'http.server.request.duration')).toBe(1)
  expect(spansOf(run).filter((name) => name === 'GET')).toHaveLength(2)
})
