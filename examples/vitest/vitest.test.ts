import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Workplace } from '../workplace.ts'

const vitest = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
)
let place: Workplace
beforeEach(() => {
  place = new Workplace(import.meta.dirname, [
    'package.json',
    'prices.mjs',
    'service.mjs',
    'prices.spec.mjs',
    'absent.spec.mjs',
    'vitest.config.mjs',
    'slo.yaml',
  ])
})
afterEach(() => place.remove())

test.each(['forks', 'threads', 'vmThreads', 'vmForks'])(
  'all workers of vitest are one run, and are judged together: %s',
  (pool) => {
    const ended = place.node([vitest, 'run', `--pool=${pool}`], {
      NODE_OPTIONS: '-r @plimsoll/register',
    })

    expect(ended.stdout).toMatch(/Tests .*2 passed/u)
    expect(ended.status).toBe(0)
    expect(place.gate()).toEqual({ status: 0, good: 3, total: 3 })
  },
)
