import {
  circuitBreaker,
  pipe,
  rateLimiter,
  retry,
  retryBudget,
  timeout,
  type Policy,
} from '@plimsoll/policies'
import { allocated, show, timed } from './measure.ts'

// What policies cost without a call: `node packages/fetch/bench/decisions.ts` (after `npm run dist`).
const value = Promise.resolve(1)
const good = (): Promise<number> => value
const breaker = circuitBreaker()
const limiter = rateLimiter({ ratePerSecond: 1e9, burst: 1e9 })
const again = retry({ budget: retryBudget() })
const inTime = timeout({ timeoutMs: 30_000 })
const run = (policy: Policy) => () => policy.run(good)

const steps: Readonly<Record<string, () => unknown>> = {
  'breaker: admit and record': () => {
    const permit = breaker.admit()
    if (permit.admitted) permit.record('success')
  },
  'limiter: reserve and commit': () => {
    const reservation = limiter.reserve()
    if (reservation.granted) reservation.commit()
  },
  'limiter: acquire now': () => limiter.acquireNow(),
  'a function, bare': good,
  'breaker around it': run(breaker),
  'limiter around it': run(limiter),
  'retry around it': run(again),
  'timeout around it': run(inTime),
  'all four around it': run(pipe(again, breaker, limiter, inTime)),
}

const times = await timed(steps, { rounds: 20_000, repeats: 25 })
console.log(`${''.padEnd(28)} ns CPU: least, middle, most       bytes`)
for (const [name, step] of Object.entries(steps)) {
  console.log(
    `${name.padEnd(28)} ${show(times.get(name), 1)}  ${show(await allocated(step, 2_000), 1)}`,
  )
}
process.exit(0)
