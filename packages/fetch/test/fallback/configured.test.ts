import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type FetchOptions } from '../../src/index.ts'
import { ok, startOrigin, status, type Origin } from '../origin.ts'

let origin: Origin

beforeEach(async () => {
  origin = await startOrigin()
})
afterEach(() => origin.close())

const OPTIONS: FetchOptions = {
  defaults: { retry: false, breaker: false },
  sources: { archive: { breaker: { consecutiveFailures: 1 }, role: 'copy' }, publisher: {} },
  fallbacks: {
    'first-copy': {
      deadlineMs: 5_000,
      tiers: [
        { name: 'open', sources: ['archive'] },
        { name: 'paid', sources: ['publisher'] },
      ],
    },
    'any-copy': { tiers: [{ name: 'all', sources: ['publisher', 'archive'] }] },
  },
}

function setUp(options: FetchOptions = OPTIONS) {
  const recorder = memoryRecorder()
  const client = createClient({ ...options, recorder, clock: manualClock() })
  const from = (name: string) => ({
    request: (id: string) => `${origin.base}/${name}/${id}`,
    read: (response: Response) => response.text(),
  })
  return { recorder, client, archive: from('archive'), publisher: from('publisher') }
}

test('tiers, breakers and roles come from the options, requests from the program', async () => {
  const { recorder, client, archive, publisher } = setUp()
  origin.on('/archive/1', status(500))
  origin.on('/publisher/1', ok('paid copy'))
  const copy = client.fallback('first-copy', { archive, publisher })

  const first = await copy('1')
  const second = await copy('1')

  expect([first, second]).toMatchObject([
    { value: 'paid copy', tier: 'paid', source: 'publisher' },
    { value: 'paid copy', attempts: [{ outcome: 'skipped', reason: 'breaker_open' }, {}] },
  ])
  expect(origin.count('/archive/1')).toBe(1)
  const [call] = recorder.of('call')
  expect(call?.subject.role).toBe('copy')
  expect(recorder.of('breaker_transition')).toMatchObject([
    { scope: 'resolver', subject: { source: 'archive' }, newState: 'open' },
  ])
})

test('a source has one breaker, whichever fallback asks it', async () => {
  const { client, archive, publisher } = setUp()
  origin.on('/archive/1', status(500))
  origin.on('/publisher/1', status(500))
  const [first, any] = ['first-copy', 'any-copy'].map((name) =>
    client.fallback(name, { archive, publisher }),
  )

  await expect(first?.('1')).rejects.toMatchObject({ code: 'ERR_PLIMSOLL_FALLBACK_EXHAUSTED' })
  await expect(any?.('1')).rejects.toMatchObject({
    attempts: [{ source: 'publisher' }, { source: 'archive', reason: 'breaker_open' }],
  })
})

test('names that the options do not know, and sources without calls, are told', () => {
  const { client, archive, publisher } = setUp()

  expect(() => client.fallback('first-copi', { archive, publisher })).toThrow(
    'the configuration has no such name; did you mean first-copy?',
  )
  expect(() => client.fallback('constructor', {})).toThrow('no such name')
  expect(() => client.fallback('first-copy', { archive })).toThrow(
    'calls.publisher: fallback first-copy asks this source: say how, with request and read',
  )
  expect(() => client.fallback('first-copy', { archive, publisher, archiv: archive })).toThrow(
    'did you mean archive?',
  )
})

test.each<[string, object, string]>([
  [
    'a source that is not there',
    { sources: { archive: {} }, fallbacks: { f: { tiers: [{ name: 't', sources: ['archiv'] }] } } },
    'fallbacks.f.tiers[0].sources[0]: there is no such source; did you mean archive?',
  ],
  [
    'two tiers of one name',
    {
      sources: { a: {} },
      fallbacks: {
        f: {
          tiers: [
            { name: 't', sources: ['a'] },
            { name: 't', sources: ['a'] },
          ],
        },
      },
    },
    'fallbacks.f.tiers[1]: expected a new name, got "t"',
  ],
  [
    'statuses of a source’s breaker',
    { sources: { a: { breaker: { failureStatuses: [500] } } } },
    'sources.a.breaker.failureStatuses: there is no such option',
  ],
  ['no tiers', { fallbacks: { f: {} } }, 'fallbacks.f.tiers: this option is required'],
])('%s is refused', (_, options, message) => {
  expect(() => createClient(options)).toThrow(message)
})
