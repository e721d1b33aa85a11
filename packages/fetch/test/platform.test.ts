import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../src/index.ts'
import { platformCases } from './platform-cases.ts'
import { startPlatformOrigin, type PlatformOrigin } from './platform-origin.ts'

let origin: PlatformOrigin
const platform = globalThis.fetch

beforeAll(async () => {
  origin = await startPlatformOrigin()
})
afterAll(() => origin.close())

/** Each case has its own fetch: what one breaks must not open a breaker for the next. */
const WRAPPED: Readonly<Record<string, () => typeof globalThis.fetch>> = {
  'observeFetch(fetch)': () => observeFetch(platform),
  'createFetch()': () => createFetch(),
  'createFetch with a cache': () => createFetch({ cache: true }),
}

for (const [name, wrap] of Object.entries(WRAPPED)) {
  describe(`a program sees the same of ${name} as of the platform's fetch`, () => {
    test.each(platformCases)('$name', async (platformCase) => {
      const expected = await platformCase.run(platform, origin.base)

      const seen = await platformCase.run(wrap(), origin.base)

      expect(seen).toEqual(expected)
    })
  })
}
