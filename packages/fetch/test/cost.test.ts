import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))

// In a process of its own, whose heap nobody else uses. The network answers at once, or never.
const PROGRAM = `
import { createClient } from '@plimsoll/fetch'
import { installRecorder } from '@plimsoll/policies'
import { createCells, createRecorder } from '@plimsoll/telemetry'
import { allocated, kept } from './bench/measure.ts'
import { answering, replaceAgents, silent, undici, unanswered } from './bench/network.ts'

const where = 'http://api.example.org/works/1?select=title'
const limiter = { ratePerSecond: 1e9, burst: 1e9 }
installRecorder(createRecorder({ measures: createCells().measures }))
const client = createClient({ defaults: { limiter, timeoutMs: 30_000, deadlineMs: 60_000 } })
const { request } = undici()
const platform = fetch
replaceAgents('answering')
const bytes = async (step) => (await allocated(step)).middle
const result = {
  fetch: await bytes(async () => (await client.fetch(where)).text()),
  bareFetch: await bytes(async () => (await platform(where, { dispatcher: answering })).text()),
  request: await bytes(async () => (await client.request(where)).body.text()),
  bareRequest: await bytes(async () => (await request(where, { dispatcher: answering })).body.text()),
}
replaceAgents('silent')
const CALLS = 100_000
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
result.bareInFlight = await kept(CALLS / 10, () => request(where, { dispatcher: silent }))
unanswered.length = 0
const before = timers()
result.inFlight = await kept(CALLS, () => client.request(where))
result.timers = timers() - before
console.log(JSON.stringify(result))
process.exit(0)
`

interface Result {
  readonly fetch: number
  readonly bareFetch: number
  readonly request: number
  readonly bareRequest: number
  readonly inFlight: number
  readonly bareInFlight: number
  readonly timers: number
}

let result: Result

beforeAll(() => {
  const run = spawnSync(
    process.execPath,
    ['-C', '@plimsoll/source', '--input-type=module-typescript', '-e', PROGRAM],
    { cwd: here, encoding: 'utf8', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  )
  expect(run.stderr).toBe('')
  result = JSON.parse(run.stdout) as Result
})

describe('limiter, breaker, retry, time limits and all metrics', () => {
  // Measured 2.0 and 2.8 kB, over a network that costs the bare ones less than a real one does.
  test('add less than 3 kB to a request', () => {
    expect(result.request - result.bareRequest).toBeLessThan(3_000)
  })

  test('add less than 5 kB to a fetch', () => {
    expect(result.fetch - result.bareFetch).toBeLessThan(5_000)
  })

  test('hold less than 2 kB of each of 100,000 calls in flight, and one timer of all', () => {
    expect(result.inFlight - result.bareInFlight).toBeLessThan(2_000)
    expect(result.timers).toBe(1)
  })
})
