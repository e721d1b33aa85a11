import {
  circuitBreaker,
  pipe,
  rateLimiter,
  retry,
  retryBudget,
  timeout,
  type Policy,
} from '@plimsoll/policies'

// Nanoseconds a decision costs, with nobody listening: `node -C @plimsoll/source packages/policies/bench/decisions.ts`.
const ROUNDS = 200_000
const REPEATS = 7

const good = async (): Promise<number> => 1
const breaker = circuitBreaker()
const open = circuitBreaker()
open.forceOpen()
const limiter = rateLimiter({ ratePerSecond: 1e9, burst: 1e9 })
const full = rateLimiter({ ratePerSecond: 1, maxDelayMs: 0 })
full.reserve()

function time(name: string, step: () => void): void {
  const runs: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now()
    for (let round = 0; round < ROUNDS; round++) step()
    runs.push(((performance.now() - start) * 1e6) / ROUNDS)
  }
  print(name, runs)
}

async function timeRuns(name: string, policy: Policy): Promise<void> {
  const runs: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now()
    for (let round = 0; round < ROUNDS / 4; round++) await policy.run(good)
    runs.push(((performance.now() - start) * 1e6) / (ROUNDS / 4))
  }
  print(name, runs)
}

function print(name: string, runs: number[]): void {
  runs.sort((a, b) => a - b)
  const [best, worst] = [runs.at(0) ?? 0, runs.at(-1) ?? 0]
  const median = runs[runs.length >> 1] ?? 0
  console.log(
    `${name.padEnd(44)} ${median.toFixed(0).padStart(7)} ns (${best.toFixed(0)}–${worst.toFixed(0)})`,
  )
}

time('breaker: admit and record a success', () => {
  const permit = breaker.admit()
  if (permit.admitted) permit.record('success')
})
time('breaker: reject while open', () => void open.admit())
time('limiter: reserve and commit', () => {
  const reservation = limiter.reserve()
  if (reservation.granted) reservation.commit()
})
time('limiter: refuse', () => void full.reserve())
await timeRuns('call without a policy', pipe())
await timeRuns('breaker.run', breaker)
await timeRuns('limiter.run', limiter)
await timeRuns('retry.run', retry({ budget: retryBudget() }))
await timeRuns('timeout.run', timeout({ timeoutMs: 1_000 }))
await timeRuns('retry, breaker, limiter', pipe(retry({ budget: retryBudget() }), breaker, limiter))
await timeRuns(
  'retry, breaker, limiter, timeout',
  pipe(retry({ budget: retryBudget() }), breaker, limiter, timeout({ timeoutMs: 1_000 })),
)
