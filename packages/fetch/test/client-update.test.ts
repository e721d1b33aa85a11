import { isPlimsollError } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient } from '../src/index.ts'
import { ok, rejectionOf, startOrigin, status, type Origin } from './origin.ts'

let origin: Origin

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/', ok())
  origin.on('/bad', status(500))
})
afterEach(() => origin.close())

test('calls after an update are under the new policies', async () => {
  const client = createClient({ recorder: memoryRecorder(), defaults: { retry: false } })
  expect((await client.fetch(`${origin.base}/bad`)).status).toBe(500)
  expect(origin.count('/bad')).toBe(1)

  expect(client.update({ defaults: { retry: { maxRetries: 1, baseDelayMs: 0 } } })).toBe(1)
  expect((await client.fetch(`${origin.base}/bad`)).status).toBe(500)

  expect(origin.count('/bad')).toBe(3)
})

test('a limit that is given while calls are made holds for the next', async () => {
  const clock = manualClock()
  const client = createClient({ recorder: memoryRecorder(), clock })
  await (await client.fetch(`${origin.base}/`)).text()

  client.update({ hosts: { '127.0.0.1': { limiter: { ratePerSecond: 1, maxDelayMs: 0 } } } })
  await (await client.fetch(`${origin.base}/`)).text()

  const error = await rejectionOf(client.fetch(`${origin.base}/`))
  expect(isPlimsollError(error, 'ERR_PLIMSOLL_RATE_LIMITED')).toBe(true)
})

test('options that are not valid change nothing', async () => {
  const client = createClient({ recorder: memoryRecorder(), defaults: { retry: false } })
  const update = (options: object) => () => client.update(options)

  expect(update({ defaults: { retry: {} }, hosts: { 'a b': {} } })).toThrow('hosts["a b"]')
  expect(update({ cache: true })).toThrow('cache: there is no such option')
  expect(update({ hosts: { 'a.test': { profile: 'x' } } })).toThrow(
    'hosts["a.test"].profile: there is no such profile; there are no profiles',
  )
  await client.fetch(`${origin.base}/bad`)

  expect(origin.count('/bad')).toBe(1)
})

test('what a host inherits must fit what it says', () => {
  const open = (options: Parameters<typeof createClient>[0]) => () => createClient(options)

  expect(
    open({
      defaults: { breaker: { maxOpenMs: 5_000 } },
      hosts: { 'a.test': { breaker: { openMs: 7_000 } } },
    }),
  ).toThrow('hosts["a.test"].breaker.maxOpenMs: expected at least openMs, 7000, got 5000')
  expect(open({ profiles: { gentle: {} }, hosts: { 'a.test': { profile: 'gentel' } } })).toThrow(
    'did you mean gentle?',
  )
})
