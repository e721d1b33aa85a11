import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../src/index.ts'
import { loadUndici } from '../src/undici.ts'
import { failure, type PlatformCase } from './platform/case.ts'
import { platformCases, READ_ELSEWISE_ON_NODE_22 } from './platform-cases.ts'
import { startPlatformOrigin, type PlatformOrigin } from './platform-origin.ts'

let origin: PlatformOrigin
const platform = globalThis.fetch
const ofUndici8 = loadUndici().fetch as unknown as typeof globalThis.fetch

beforeAll(async () => {
  origin = await startPlatformOrigin()
})
afterAll(() => origin.close())

interface Wrapped {
  readonly below: typeof globalThis.fetch
  /** Each case has its own fetch: what one breaks must not open a breaker for the next. */
  readonly wrap: () => typeof globalThis.fetch
  /** Cases in which it differs, and means to: each has a test of its own in `differences.test.ts`. */
  readonly differs?: readonly string[]
}

const WRAPPED: Readonly<Record<string, Wrapped>> = {
  'observeFetch(fetch)': { below: platform, wrap: () => observeFetch(platform) },
  'createFetch()': { below: platform, wrap: () => createFetch() },
  'createFetch with a cache': {
    below: platform,
    wrap: () => createFetch({ cache: true }),
    differs: [
      'fields are given as an object, as pairs, as Headers and as a Map',
      'names of Object.prototype are names of request fields',
    ],
  },
  "observeFetch(undici 8's fetch)": { below: ofUndici8, wrap: () => observeFetch(ofUndici8) },
  "createFetch over undici 8's fetch": {
    below: ofUndici8,
    wrap: () => createFetch({ fetch: ofUndici8 }),
    differs: READ_ELSEWISE_ON_NODE_22,
  },
}

const outcomes = new Map<typeof globalThis.fetch, Map<string, unknown>>()

/** What a case comes to on the fetch below, found out once. */
async function outcomeBelow(
  below: typeof globalThis.fetch,
  platformCase: PlatformCase,
): Promise<unknown> {
  const { name } = platformCase
  const known = outcomes.get(below) ?? new Map<string, unknown>()
  outcomes.set(below, known)
  if (!known.has(name)) known.set(name, await failure(() => platformCase.run(below, origin.base)))
  return known.get(name)
}

for (const [name, { below, wrap, differs = [] }] of Object.entries(WRAPPED)) {
  const same = platformCases.filter((one) => !differs.includes(one.name))
  describe(`a program sees the same of ${name} as of the fetch below`, () => {
    test.each(same)('$name', async (platformCase) => {
      const expected = await outcomeBelow(below, platformCase)

      const seen = await failure(() => platformCase.run(wrap(), origin.base))

      expect(seen).toEqual(expected)
    })
  })

  test(`the differences of ${name} are cases`, () => {
    expect(same).toHaveLength(platformCases.length - differs.length)
  })
}
