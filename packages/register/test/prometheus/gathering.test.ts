import { describe, expect, test } from 'vitest'
import type { Exposition } from '../../src/prometheus/accept.ts'
import type { Message } from '../../src/prometheus/channel.ts'
import type { Family } from '../../src/prometheus/families.ts'
import { createGathering } from '../../src/prometheus/gathering.ts'

/** A clock whose sleepers wake when they are told. */
function setUp() {
  const sleepers: { ms: number; wake: () => void }[] = []
  const posted: Message[] = []
  const gathering = createGathering({
    post: (message) => posted.push(message),
    clock: {
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          sleepers.push({ ms, wake: resolve })
          signal?.addEventListener('abort', () => reject(new Error('stopped')))
        }),
    },
  })
  const asked = (): number =>
    posted.flatMap((message) => (message.kind === 'collect' ? [message.id] : [])).at(-1) ?? 0
  return {
    gather: (exposition: Exposition, deadlineMs: number) =>
      gathering.gather(exposition, deadlineMs),
    posted,
    sleepers,
    here: (source: string, isMain = false) => gathering.heard({ kind: 'here', source, isMain }),
    collected: (source: string, id = asked()) =>
      gathering.heard({ kind: 'collected', source, id, families: familiesNamed(source) }),
  }
}

function familiesNamed(name: string): Family[] {
  return [{ name, type: 'gauge', unit: '', help: '', samples: '' }]
}

const names = (families: readonly (readonly Family[])[] | undefined) =>
  families?.flat().map(({ name }) => name)

describe('asking the threads of a process for their metrics', () => {
  test('ends when all that are known have answered', async () => {
    const { gather, here, collected, posted } = setUp()
    here('main', true)
    here('worker')
    const answer = gather('openmetrics', 9_000)
    collected('worker')
    collected('main')

    expect(names(await answer)).toEqual(['worker', 'main'])
    expect(posted).toEqual([{ kind: 'collect', id: 1, exposition: 'openmetrics' }])
  })

  test('gives nothing when the main thread does not answer in time', async () => {
    const { gather, here, collected, sleepers } = setUp()
    here('main', true)
    here('worker')
    const answer = gather('text', 9_000)
    collected('worker')
    sleepers.find(({ ms }) => ms === 9_000)?.wake()

    expect(await answer).toBeUndefined()
  })

  test('waits a moment for a worker that does not answer, and not for it again', async () => {
    const { gather, here, collected, sleepers } = setUp()
    here('main', true)
    here('worker')
    const first = gather('text', 9_000)
    collected('main')
    sleepers.at(-1)?.wake()
    expect(names(await first)).toEqual(['main'])
    expect(sleepers.map(({ ms }) => ms)).toEqual([9_000, 250])

    const second = gather('text', 9_000)
    collected('main')
    expect(names(await second)).toEqual(['main'])
  })

  test('waits again for a worker that was busy, as soon as it has answered, however late', async () => {
    const { gather, here, collected, sleepers } = setUp()
    here('main', true)
    here('worker')
    const first = gather('text', 9_000)
    collected('main')
    sleepers.at(-1)?.wake()
    expect(names(await first)).toEqual(['main'])
    collected('worker', 1)

    const second = gather('text', 9_000)
    collected('main')
    collected('worker')
    expect(names(await second)).toEqual(['main', 'worker'])
  })

  test('asks again for one that comes while it is asked, and takes no late answer for a new one', async () => {
    const { gather, here, collected, posted } = setUp()
    const first = gather('text', 9_000)
    here('main', true)
    expect(posted).toHaveLength(2)
    collected('main')
    expect(names(await first)).toEqual(['main'])

    const second = gather('text', 9_000)
    collected('main', 1)
    collected('main', 2)
    expect(names(await second)).toEqual(['main'])
  })
})
