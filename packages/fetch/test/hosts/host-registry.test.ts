import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { describe, expect, test } from 'vitest'
import { hostRegistry } from '../../src/hosts/host-registry.ts'
import { policyFinder } from '../../src/hosts/pattern.ts'
import type { ChangeableOptions, FetchOptions } from '../../src/options.ts'

const A = 'http://a.test'
const B = 'http://b.test'

function setUp(options: FetchOptions = {}) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  return { clock, recorder, hosts: hostRegistry(options, { clock, recorder, random: () => 0 }) }
}

describe('an update', () => {
  test('leaves a host alone whose policies stay the same, and counts the others', () => {
    const { hosts } = setUp({ hosts: { 'a.test': { limiter: { ratePerSecond: 1 } } } })
    const [a, b] = [hosts.of(A), hosts.of(B)]

    const changed = hosts.update({
      defaults: {},
      hosts: { 'a.test': { limiter: { ratePerSecond: 1 } }, 'b.test': { timeoutMs: 5 } },
    })

    expect(changed).toBe(1)
    expect(hosts.of(A)).toBe(a)
    expect(hosts.of(B)).not.toBe(b)
    expect(hosts.of(B)).toMatchObject({ timeoutMs: 5 })
    expect(hosts.of(B).breaker).toBe(b.breaker)
  })

  test('holds for hosts that are seen later', () => {
    const { hosts } = setUp()
    expect(hosts.update({ hosts: { 'a.test': { role: 'new' } } })).toBe(0)

    expect(hosts.of(A).role).toBe('new')
  })

  test('keeps an open breaker open, and its time', () => {
    const breaker = { consecutiveFailures: 1, openMs: 1_000, jitter: 0 }
    const { hosts } = setUp({ defaults: { breaker } })
    const permit = hosts.of(A).breaker?.admit()
    if (permit?.admitted === true) permit.record('failure')

    hosts.update({ defaults: { breaker: { ...breaker, openMs: 10, failureStatuses: [500] } } })

    expect(hosts.of(A).breaker?.admit()).toMatchObject({ admitted: false, retryAfterMs: 1_000 })
    expect(hosts.of(A).failureStatuses).toEqual(new Set([500]))
  })

  test('keeps what a limiter let through, though it was off in between', async () => {
    const limiter = { ratePerSecond: 1, burst: 1 }
    const { hosts, clock } = setUp({ defaults: { limiter } })
    await hosts.of(A).limiter?.acquire()
    const waiting = hosts.of(A).limiter?.acquire()

    hosts.update({ defaults: { limiter: false } })
    await waiting
    expect(hosts.of(A).limiter).toBe(undefined)
    await clock.advance(300)
    hosts.update({ defaults: { limiter } })

    expect(hosts.of(A).limiter?.state()).toEqual({ queued: 0, delayMs: 700 })
  })

  test('does not touch a limiter when something else changes', () => {
    const limiter = { ratePerSecond: 1 }
    const { hosts } = setUp({ defaults: { limiter } })
    const promised = hosts.of(A).limiter?.reserve()

    hosts.update({ defaults: { limiter: { ...limiter }, timeoutMs: 1 } })
    if (promised?.granted === true) promised.cancel()

    expect(hosts.of(A).limiter?.state().delayMs).toBe(0)
  })

  test('gives up a breaker that is switched off, and makes a new one when it is back', () => {
    const { hosts, recorder } = setUp()
    hosts.of(A)

    hosts.update({ defaults: { breaker: false } })
    expect(hosts.of(A).breaker).toBe(undefined)
    hosts.update({})

    expect(hosts.of(A).breaker?.state()).toBe('closed')
    expect(recorder.of('breaker_life').map(({ change }) => change)).toEqual([1, -1, 1])
  })

  test('keeps what a budget has spent, though retries were off in between', async () => {
    const budget = { ratio: 0, minPerSecond: 0.1, windowMs: 10_000 }
    const retry = { maxRetries: 1, baseDelayMs: 0, budget }
    const { hosts, recorder, clock } = setUp({ defaults: { retry } })
    const ask = async (): Promise<void> => {
      const call = async () => ({ tag: 'answer', answer: undefined, reason: '5xx' })
      const run = hosts.of(A).retry?.policy.run(call)
      await clock.advance(0)
      await run
    }
    await ask()

    hosts.update({ defaults: { retry: false } })
    expect(hosts.of(A).retry).toBe(undefined)
    hosts.update({ defaults: { retry: { ...retry, statuses: [500] } } })
    await ask()
    expect(hosts.of(A).retry?.statuses).toEqual(new Set([500]))
    hosts.update({ defaults: { retry: { ...retry, budget: false } } })
    await ask()

    expect(recorder.of('retry').map(({ result }) => result)).toEqual([
      'scheduled',
      'exhausted',
      'budget_exhausted',
      'scheduled',
      'exhausted',
    ])
  })
})

test('whatever the policies become, exactly the hosts change for which something else holds', () => {
  const policies = fc.record(
    {
      role: fc.constantFrom('a', 'b'),
      limiter: fc.constantFrom(
        false as const,
        { ratePerSecond: 1 },
        { ratePerSecond: 5, burst: 2 },
      ),
      breaker: fc.constantFrom(false as const, { openMs: 1 }, { minimumCalls: 3 }),
      retry: fc.constantFrom(false as const, { maxRetries: 1 }, { budget: false as const }),
      timeoutMs: fc.constantFrom(false as const, 5),
    },
    { requiredKeys: [] },
  )
  const own = fc.record(
    { role: fc.constantFrom('c'), profile: fc.constantFrom('p', 'q') },
    { requiredKeys: [] },
  )
  const options: fc.Arbitrary<ChangeableOptions> = fc.record({
    defaults: policies,
    hosts: fc.dictionary(fc.constantFrom('a.test', '*.test', '*', 'b.test:80'), own),
    profiles: fc.record({ p: policies, q: policies }),
  })
  fc.assert(
    fc.property(options, fc.array(options, { maxLength: 5 }), (first, list) => {
      const { hosts } = setUp(first)
      const names = ['a.test', 'b.test', 'c.other']
      let find = policyFinder(first)
      const stateOf = (name: string) => hosts.of(`http://${name}`)
      for (const name of names) stateOf(name)
      for (const next of list) {
        const before = names.map((name) => stateOf(name))
        const found = policyFinder(next)
        const changed = names.map((name) => !isDeepStrictEqual(find(name, 80), found(name, 80)))
        expect(hosts.update(next)).toBe(changed.filter(Boolean).length)
        expect(names.map((name, index) => stateOf(name) !== before[index])).toEqual(changed)
        // As if it had been made so at once.
        for (const name of names) {
          const { limiter, breaker, retry, timeoutMs, role } = stateOf(name)
          const fresh = setUp(next).hosts.of(`http://${name}`)
          expect([!limiter, !breaker, !retry, timeoutMs, role]).toEqual([
            !fresh.limiter,
            !fresh.breaker,
            !fresh.retry,
            fresh.timeoutMs,
            fresh.role,
          ])
        }
        find = found
      }
    }),
  )
})
