import { expect, test } from 'vitest'
import { episode } from './episode.ts'

/** `FUZZ_STEPS=1000000` takes so many steps, however long that is. @default as many as fit into ten seconds */
const STEPS = Number(process.env['FUZZ_STEPS'] ?? Infinity)
const SECONDS = STEPS === Infinity ? 10 : Infinity
/** `FUZZ_SEED=…` repeats the one episode that failed. */
const REPEATED = process.env['FUZZ_SEED']

test(
  'breaker, limiter and retry with its budget do together what their models do, whatever a seed makes happen',
  { timeout: STEPS === Infinity ? 60_000 : 3_600_000 },
  async () => {
    const first = REPEATED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(REPEATED)
    const endsAt = performance.now() + SECONDS * 1_000
    let steps = 0
    let seed = first
    for (let more = true; more; seed++) {
      const { steps: taken, faults } = await episode(seed)
      steps += taken
      expect(faults, `repeat it with FUZZ_SEED=${seed}`).toEqual([])
      more = REPEATED === undefined && steps < STEPS && performance.now() < endsAt
    }
    console.log(`${steps} steps in ${seed - first} episodes, seeds ${first} to ${seed - 1}`)
    expect(steps).toBeGreaterThanOrEqual(STEPS === Infinity || REPEATED !== undefined ? 1 : STEPS)
  },
)
