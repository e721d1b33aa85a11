import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, withRole } from '../../src/index.ts'
import { memoryRecorder } from '@plimsoll/policies/testing'
import { ok, reset, startOrigin, status, type Origin } from '../origin.ts'

let first: Origin
let second: Origin

beforeEach(async () => {
  first = await startOrigin()
  second = await startOrigin()
})
afterEach(() => Promise.all([first.close(), second.close()]))

const SECRETS = {
  authorization: 'Bearer secret',
  cookie: 'session=secret',
  'proxy-authorization': 'Basic secret',
}
const fast = { retry: { baseDelayMs: 0, budget: false } } as const

function leaks(origin: Origin): unknown[] {
  return origin.seen.filter(({ headers }) => JSON.stringify(headers).includes('secret'))
}

describe('credentials stay with the origin that they were meant for', () => {
  test.each([301, 302, 303, 307, 308])(
    'when a %d leads elsewhere, and the place there is asked twice',
    async (code) => {
      first.on('/a', status(code, { location: `${second.base}/b` }))
      second.on('/b', status(503), reset, ok('there'))
      const fetch = createFetch({ recorder: memoryRecorder(), cache: true, defaults: fast })

      const response = await fetch(`${first.base}/a`, { headers: SECRETS })

      expect(await response.text()).toBe('there')
      expect(second.count()).toBe(3)
      expect(leaks(second)).toEqual([])
      // Each attempt begins anew, with what the program gave.
      expect(leaks(first)).toHaveLength(3)
    },
  )

  test('when the way leads back to the first', async () => {
    first.on('/a', status(302, { location: `${second.base}/b` }))
    second.on('/b', status(302, { location: `${first.base}/c` }))
    first.on('/c', ok('back'))

    const response = await createFetch({ recorder: memoryRecorder() })(`${first.base}/a`, {
      headers: SECRETS,
    })

    expect(await response.text()).toBe('back')
    expect(leaks(second)).toEqual([])
    expect(leaks(first).map((seen) => (seen as { readonly path: string }).path)).toEqual(['/a'])
  })

  test('when the redirect comes from the cache', async () => {
    first.on(
      '/a',
      status(301, { location: `${second.base}/b`, 'cache-control': 'public, max-age=60' }),
    )
    second.on('/b', ok('there'))
    const fetch = createFetch({ recorder: memoryRecorder(), cache: true })

    for (let call = 0; call < 3; call++) await fetch(`${first.base}/a`, { headers: SECRETS })

    expect(leaks(second)).toEqual([])
  })

  test('and an answer to one with credentials is not the answer to one without', async () => {
    first.on(
      '/a',
      ok('for one', { 'cache-control': 'max-age=60' }),
      ok('for all', { 'cache-control': 'max-age=60' }),
    )
    const fetch = createFetch({ recorder: memoryRecorder(), cache: true })

    const own = await (await fetch(`${first.base}/a`, { headers: SECRETS })).text()
    const other = await (await fetch(`${first.base}/a`)).text()

    expect([own, other]).toEqual(['for one', 'for all'])
  })
})

describe('nothing can be smuggled into a request', () => {
  test.each(['a\r\nx-smuggled: yes', 'a\nb', 'a\rb', 'a\0b', '\u2028', 'x'.repeat(100_000)])(
    'by a role such as %j',
    async (role) => {
      first.on('/a', ok())
      const recorder = memoryRecorder()

      await withRole(createFetch({ recorder, cache: true }), role)(`${first.base}/a`)

      expect(first.seen[0]?.headers).not.toHaveProperty('x-smuggled')
      expect(JSON.stringify(first.seen[0])).not.toContain('smuggled')
      expect(recorder.of('call')).toMatchObject([{ subject: { role }, status: 200 }])
    },
  )

  test('by a path, a query or a host of a URL', async () => {
    first.on('/a%0D%0Ax-smuggled:', ok())
    const fetch = createFetch({ recorder: memoryRecorder(), defaults: { retry: false } })

    await fetch(`${first.base}/a%0D%0Ax-smuggled:`)
    await fetch(`${first.base}/\r\nx-smuggled: yes`)
    await fetch(`${first.base}/?\r\nx-smuggled: yes`)
    const refused = await Promise.allSettled([fetch('http://a\r\nb.test\0/'), fetch('http://a b/')])

    expect(refused.map((one) => one.status)).toEqual(['rejected', 'rejected'])
    for (const { headers } of first.seen) expect(headers).not.toHaveProperty('x-smuggled')
    expect(first.seen).toHaveLength(3)
  })
})
