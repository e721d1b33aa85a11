import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))

const PROGRAM = `
import { circuitBreaker, deadline, pipe, rateLimiter, retry, retryBudget } from '@plimsoll/policies'

const policy = pipe(
  retry({ budget: retryBudget() }),
  circuitBreaker(),
  rateLimiter({ ratePerSecond: 1e9, burst: 1e9 }),
)
const CALLS = 100_000
const hanging = []
// What is in flight is held from below, as a socket holds it.
const answers = []
const call = () => new Promise((resolve) => answers.push(resolve))
gc()
const before = process.memoryUsage().heapUsed
for (let index = 0; index < CALLS; index++) hanging.push(policy.run(call))
await new Promise((resolve) => setImmediate(resolve))
gc()
const bytes = (process.memoryUsage().heapUsed - before) / CALLS
const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
console.log(JSON.stringify({ bytes, timers, held: hanging.length + answers.length }))
`

test('100,000 calls in flight cost less than 2 kB each, and no timer', () => {
  const run = spawnSync(
    process.execPath,
    ['--expose-gc', '-C', '@plimsoll/source', '--input-type=module-typescript', '-e', PROGRAM],
    { cwd: here, encoding: 'utf8', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  )

  expect(run.stderr).toBe('')
  const { bytes, timers } = JSON.parse(run.stdout) as { bytes: number; timers: number }
  expect(timers).toBe(0)
  expect(bytes).toBeLessThan(2_000)
})
