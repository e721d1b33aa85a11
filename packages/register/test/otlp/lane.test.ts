import { describe, expect, test } from 'vitest'
import { createLane, type Item, type Lane } from '../../src/otlp/lane.ts'
import type { Posted } from '../../src/otlp/post.ts'

const TAKEN: Posted = { kind: 'taken', rejected: 0, why: '' }
const DOWN: Posted = {
  kind: 'later',
  retryAfterMs: undefined,
  answered: false,
  why: 'ECONNREFUSED',
}
const BUSY: Posted = { kind: 'later', retryAfterMs: undefined, answered: true, why: 'HTTP 503' }

interface Rig {
  readonly lane: Lane
  /** Names of what was posted, in order. */
  readonly posted: string[]
  /** `name fate lost`. */
  readonly fates: string[]
  readonly slept: number[]
  readonly troubles: string[]
}

/** A lane whose posts are answered by `answer`, and whose time passes by sleeping only. */
function rig(
  answer: (name: string, attempt: number) => Posted | Promise<Posted>,
  { newestOnly = false } = {},
): Rig {
  const posted: string[] = []
  const fates: string[] = []
  const slept: number[] = []
  const troubles: string[] = []
  let now = 0
  const lane = createLane({
    post: async (body) => {
      posted.push(nameOf(body))
      return answer(nameOf(body), posted.length)
    },
    timeoutMs: 10_000,
    newestOnly,
    peer: { answered: false },
    clock: {
      now: () => now,
      sleep: async (ms) => {
        await new Promise(setImmediate)
        slept.push(ms)
        now += ms
      },
    },
    random: () => 1,
    settled: ({ body }, fate, lost) => fates.push(`${nameOf(body)} ${fate} ${lost}`),
    trouble: (why) => troubles.push(why),
  })
  return { lane, posted, fates, slept, troubles }
}

function item(name: string, items = 10): Item {
  return { order: 0, body: new TextEncoder().encode(name), items, final: false }
}

function nameOf(body: Uint8Array): string {
  return new TextDecoder().decode(body)
}

async function idle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
}

describe('while the process runs', () => {
  test('what is not taken is tried again until it is, and what comes after waits for it', async () => {
    const { lane, posted, fates, slept } = rig((_, attempt) => (attempt <= 6 ? DOWN : TAKEN))

    lane.take(item('a'))
    lane.take(item('b'))
    await idle()

    expect(posted).toEqual(['a', 'a', 'a', 'a', 'a', 'a', 'a', 'b'])
    expect(fates).toEqual(['a taken 0', 'b taken 0'])
    expect(slept).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000])
  })

  test('a server that says when to come back is obeyed', async () => {
    const { lane, slept } = rig((_, attempt) =>
      attempt === 1 ? { ...BUSY, retryAfterMs: 7_000 } : TAKEN,
    )

    lane.take(item('a'))
    await idle()

    expect(slept).toEqual([7_000])
  })

  test('what is refused is lost once, and holds up nothing', async () => {
    const { lane, posted, fates, slept } = rig((name) =>
      name === 'a' ? { kind: 'refused', why: 'HTTP 400' } : TAKEN,
    )

    lane.take(item('a', 7))
    lane.take(item('b'))
    await idle()

    expect(posted).toEqual(['a', 'b'])
    expect(fates).toEqual(['a refused 7', 'b taken 0'])
    expect(slept).toEqual([])
  })

  test('what was taken in part is lost in that part, never in more than there was', async () => {
    const { lane, fates, troubles } = rig((name) => ({
      kind: 'taken',
      rejected: name === 'a' ? 3 : 300,
      why: 'too old',
    }))

    lane.take(item('a'))
    lane.take(item('b'))
    await idle()

    expect(fates).toEqual(['a taken 3', 'b taken 10'])
    expect(troubles).toEqual(['too old', 'too old'])
  })

  test('one broken connection is no news, a second is', async () => {
    const once = rig((_, attempt) => (attempt === 1 ? DOWN : TAKEN))
    const twice = rig((_, attempt) => (attempt <= 2 ? DOWN : TAKEN))

    once.lane.take(item('a'))
    twice.lane.take(item('a'))
    await idle()

    expect(once.troubles).toEqual([])
    expect(twice.troubles).toEqual(['ECONNREFUSED'])
  })
})

describe('of cumulative metrics the newest alone is sent', () => {
  test('those that wait are overtaken, those that fail too, and none is lost', async () => {
    const { lane, posted, fates } = rig((name) => (name === 'a' ? DOWN : TAKEN), {
      newestOnly: true,
    })

    lane.take(item('a'))
    lane.take(item('b'))
    lane.take(item('c'))
    await idle()

    expect(posted).toEqual(['a', 'c'])
    expect(fates).toEqual(['a overtaken 0', 'b overtaken 0', 'c taken 0'])
  })

  test('one in flight has one fate, whatever the answer', async () => {
    const { lane, fates } = rig((name) => (name === 'a' ? { kind: 'refused', why: 'x' } : TAKEN), {
      newestOnly: true,
    })

    lane.take(item('a'))
    lane.take(item('b'))
    await idle()

    expect(fates).toEqual(['a overtaken 0', 'b taken 0'])
  })
})

describe('when the process ends', () => {
  test('a server that answered before is tried again while there is time', async () => {
    const { lane, posted, fates, slept } = rig((name, attempt) =>
      name === 'a' || attempt > 4 ? TAKEN : BUSY,
    )

    lane.take(item('a'))
    await idle()
    lane.take(item('b'))
    await lane.end(900)

    expect(posted).toEqual(['a', 'b', 'b', 'b', 'b'])
    expect(fates).toEqual(['a taken 0', 'b taken 0'])
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(900)
  })

  test('and no longer', async () => {
    const { lane, fates, slept } = rig((name) => (name === 'a' ? TAKEN : BUSY))

    lane.take(item('a'))
    await idle()
    await lane.end(900)
    lane.take(item('b'))
    await lane.end(900)

    expect(fates).toEqual(['a taken 0'])
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(900)
  })

  test('one that never answered is tried once more, without a wait', async () => {
    const { lane, posted, fates, slept } = rig(() => DOWN)

    lane.take(item('a'))
    lane.take(item('b'))
    await lane.end(900)

    expect(posted.length).toBeLessThanOrEqual(3)
    expect(fates).toEqual([])
    // The wait that was going on.
    expect(slept.length).toBeLessThanOrEqual(1)
  })

  test('what was given up is no loss when newer metrics come after all', async () => {
    const { lane, fates } = rig((name) => (name === 'a' ? DOWN : TAKEN), { newestOnly: true })

    lane.take(item('a'))
    await lane.end(900)
    lane.take(item('b'))
    await lane.end(2_000)

    expect(fates).toEqual(['a overtaken 0'])
  })

  test('what waits goes out several at a time', async () => {
    let inFlight = 0
    let most = 0
    const { lane, fates } = rig(async () => {
      inFlight += 1
      most = Math.max(most, inFlight)
      await new Promise(setImmediate)
      inFlight -= 1
      return TAKEN
    })

    for (let index = 0; index < 20; index += 1) lane.take(item(`item ${index}`))
    await lane.end(900)

    expect(fates).toHaveLength(20)
    expect(most).toBe(6)
  })
})
