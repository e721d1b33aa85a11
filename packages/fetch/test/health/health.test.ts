import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, healthHandler, type FetchOptions, type Health } from '../../src/index.ts'
import { ok, startOrigin, status, type Origin } from '../origin.ts'

let origin: Origin

beforeEach(async () => {
  origin = await startOrigin()
})
afterEach(() => origin.close())

const BREAKER = { consecutiveFailures: 1, openMs: 1_000, jitter: 0 }

function setUp(options: FetchOptions = {}) {
  const clock = manualClock()
  const client = createClient({
    clock,
    recorder: memoryRecorder(),
    defaults: { retry: false, breaker: BREAKER },
    ...options,
  })
  const ask = async (path: string): Promise<unknown> =>
    (await client.fetch(`${origin.base}${path}`)).text()
  return { clock, client, ask }
}

describe('the health of a client', () => {
  test('is ok, and of no hosts, before any was asked', () => {
    expect(setUp().client.health()).toEqual({ status: 'ok', hosts: [] })
  })

  test('follows the breaker of a host: down while open, degraded while probed, ok again', async () => {
    const { clock, client, ask } = setUp()
    origin.on('/', status(500), ok())
    await ask('/')
    const opened = new Date(clock.epoch()).toISOString()
    const host = { address: '127.0.0.1', port: origin.port, required: false, since: opened }
    await clock.advance(400)

    expect(client.health()).toEqual({
      status: 'degraded',
      hosts: [{ ...host, status: 'down', breaker: 'open', retryAfterMs: 600 }],
    })
    await clock.advance(600)
    expect(client.health().hosts).toEqual([{ ...host, status: 'degraded', breaker: 'half_open' }])
    await ask('/')
    const { since: _, ...rest } = host
    expect(client.health()).toEqual({
      status: 'ok',
      hosts: [{ ...rest, status: 'ok', breaker: 'closed' }],
    })
  })

  test('is down only where a required host is', async () => {
    const { client, ask } = setUp({
      defaults: { retry: false, breaker: BREAKER },
      hosts: { '127.0.0.1': { required: true } },
    })
    origin.on('/', status(500))
    await ask('/')

    expect(client.health().status).toBe('down')
    client.update({ defaults: { breaker: BREAKER } })
    expect(client.health().status).toBe('degraded')
  })

  test('is degraded where a request would wait a second for its limiter', async () => {
    const { clock, client, ask } = setUp({
      defaults: { breaker: false, limiter: { ratePerSecond: 1 } },
    })
    origin.on('/', ok())
    await ask('/')

    expect(client.health()).toMatchObject({
      status: 'degraded',
      hosts: [{ status: 'degraded', limiter: { queued: 0, delayMs: 1_000 } }],
    })
    expect(client.health().hosts[0]).not.toHaveProperty('breaker')
    await clock.advance(1)
    expect(client.health().status).toBe('ok')
  })
})

describe('the handler', () => {
  async function answerOf(health: Health, init?: RequestInit) {
    const server = createServer(healthHandler(() => health))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/ready`, init)
    const text = await response.text()
    server.close()
    return { status: response.status, type: response.headers.get('content-type'), text }
  }
  const host = { address: '::1', port: 80, required: true } as const

  test.each([
    ['ok', 200, 'pass'],
    ['degraded', 200, 'warn'],
    ['down', 503, 'fail'],
  ] as const)('says of %s %d and %s', async (status, code, word) => {
    const answer = await answerOf({ status, hosts: [{ ...host, status, breaker: 'closed' }] })

    expect(answer).toMatchObject({ status: code, type: 'application/health+json' })
    expect(JSON.parse(answer.text)).toEqual({
      status: word,
      checks: {
        '..1/80:reachability': [
          {
            componentId: '[::1]:80',
            componentType: 'component',
            status: word,
            required: true,
            breaker: 'closed',
          },
        ],
      },
    })
  })

  test('answers HEAD without a body, and nothing else', async () => {
    const health: Health = { status: 'ok', hosts: [] }

    expect(await answerOf(health, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    expect(await answerOf(health, { method: 'POST' })).toMatchObject({ status: 405 })
  })
})
