/**
 * A program of a few seconds that makes every policy say something: limits that are waited for and refused, breakers that
 * open and close, retries, a cache, corrupt bodies, works that the first tier serves, the second, and none.
 */
import { setTimeout } from 'node:timers/promises'
import { createFallback } from '@plimsoll/fetch'
import { startOrigin } from './origin.ts'

const ROUNDS = 3
const PAUSE_MS = 700

const origin = await startOrigin()

/** A call whose outcome is for the telemetry alone. */
async function call(url: string, init?: RequestInit): Promise<void> {
  try {
    const response = await fetch(url, init)
    await response.arrayBuffer()
  } catch {
    // Refused, timed out, corrupt: counted by what is under test.
  }
}

const source = (name: string, base: string, path: string) => ({
  name,
  request: () => new Request(`${base}${path}`),
  read: async (response: Response) => response.text(),
})

const firstCopy = createFallback<string, string>({
  tiers: [
    {
      name: 'near',
      sources: [
        {
          ...source('moody', origin.moody, '/artifact'),
          breaker: { minimumCalls: 2, openMs: 300 },
        },
      ],
    },
    {
      name: 'far',
      sources: [
        source('library', origin.steady, '/missing'),
        { ...source('archive', origin.steady, '/page'), when: (work) => work !== 'lost' },
      ],
    },
  ],
})

async function work(id: string): Promise<void> {
  try {
    await firstCopy(id, { workId: id })
  } catch {
    // Nobody served it.
  }
}

for (let round = 0; round < ROUNDS; round += 1) {
  const paths = ['/page', '/page', '/corrupt', '/throttled', '/missing']
  await Promise.all([
    ...paths.map(async (path) => call(`${origin.steady}${path}`)),
    // More at once than the limiter lets through in its time, and probes that may not wait.
    ...Array.from({ length: 24 }, async () => call(`${origin.moody}/burst`)),
    ...Array.from({ length: 4 }, async () => call(`${origin.moody}/probe`, { method: 'HEAD' })),
    call(`${origin.down}/`),
    work('wanted'),
    work('lost'),
  ])
  await setTimeout(PAUSE_MS)
}
await call(`${origin.steady}/banned`)
await work('wanted')
await origin[Symbol.asyncDispose]()
