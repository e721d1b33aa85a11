import type { ServerResponse } from 'node:http'
import { ATTRIBUTES, EVENTS, INSTRUMENTS, SPANS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { eventsOf, onlyRun, spansOf, total } from './support/run-files.ts'

const CALLS = 400

/** Calls of every kind, 20 at a time: some are aborted, some bodies are streams, some answers are left unread. */
const STORM = `
const kinds = ['ok', 'reset', 'redirect', '500', 'slow', 'etag', 'cut']
let next = 0
const call = async (n) => {
  const init = { method: n % 11 === 0 ? 'POST' : n % 13 === 0 ? 'HEAD' : 'GET' }
  if (init.method === 'POST') Object.assign(init, { duplex: 'half', body: new Blob(['body']).stream() })
  const controller = new AbortController()
  if (process.env.ABORT && n % 3 === 0) {
    init.signal = controller.signal
    if (n % 2 === 0) setTimeout(() => controller.abort(), n % 10)
    else controller.abort()
  }
  const response = await fetch(process.env.ORIGIN + '/' + kinds[n % kinds.length], init)
  if (n % 5 !== 0) await response.text()
}
const worker = async () => { while (next < ${CALLS}) await call(next++).catch(() => {}) }
await Promise.all(Array.from({ length: 20 }, worker))
process.exit(0)
`

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/ok': (response) => response.end('ok'),
  '/reset': (response) => response.socket?.destroy(),
  '/redirect': (response) => response.writeHead(302, { location: '/ok' }).end(),
  '/500': (response) => response.writeHead(500).end('no'),
  '/slow': (response) => setTimeout(() => response.end('slow'), 5),
  '/etag': (response) => response.setHeader('etag', '"a"').end('cached'),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': 50 }).write('short')
    setImmediate(() => response.socket?.destroy())
  },
}

const POLICIES = JSON.stringify({
  fetch: {
    cache: true,
    defaults: { breaker: false, retry: { baseDelayMs: 1, maxRetries: 2, budget: false } },
  },
})

test.each([
  { how: 'observed', config: {}, abort: '' },
  { how: 'observed and aborted', config: {}, abort: '1' },
  { how: 'under policies', config: { 'plimsoll.config.json': POLICIES }, abort: '' },
  { how: 'under policies and aborted', config: { 'plimsoll.config.json': POLICIES }, abort: '1' },
])(
  'metrics, events, spans and origin agree on a storm of calls, $how',
  async ({ config, abort }) => {
    const origin = await startOrigin((request, response) => {
      request.resume()
      ANSWERS[request.url ?? '']?.(response)
    })
    const folder = programFolder({ ...config, 'app.mjs': STORM })

    const ended = await runNode(folder, ['app.mjs'], { env: { ORIGIN: origin.url, ABORT: abort } })

    expect(ended).toMatchObject({ code: 0, stdout: '' })
    const run = onlyRun(folder)
    const attempts = total(run, INSTRUMENTS.requestDuration.name)
    const callSpans = spansOf(run).filter((name) => name === SPANS.call)
    expect(total(run, INSTRUMENTS.callDuration.name)).toBe(CALLS)
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(CALLS)
    expect(callSpans).toHaveLength(CALLS)
    expect(spansOf(run)).toHaveLength(CALLS + attempts)
    expect(eventsOf(run, EVENTS.runSummary.name)).toEqual([
      expect.objectContaining({
        [ATTRIBUTES.callsStarted.key]: CALLS,
        [ATTRIBUTES.callsEnded.key]: CALLS,
        [ATTRIBUTES.inFlight.key]: 0,
      }),
    ])
    // What is aborted may never have left.
    expect(attempts).toBeGreaterThanOrEqual(origin.requests())
    expect(attempts).toBeLessThanOrEqual(abort === '' ? origin.requests() : Infinity)
  },
)
