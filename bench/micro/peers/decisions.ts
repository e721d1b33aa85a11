import Bottleneck from 'bottleneck'
import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
import CircuitBreaker from 'opossum'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Micro } from '../micro.ts'

/** A decision of a breaker or a limiter, as each library lets one ask for it: around an async function. */
export async function prepare(): Promise<readonly Micro[]> {
  const good = async (): Promise<number> => 1
  const limiter = new RateLimiterMemory({ points: 1_000_000_000, duration: 1 })
  const bottleneck = new Bottleneck({
    reservoir: 1_000_000_000,
    reservoirRefreshAmount: 1_000_000_000,
    reservoirRefreshInterval: 1_000,
  })
  const cockatiel = circuitBreaker(handleAll, {
    halfOpenAfter: 1_000,
    breaker: new ConsecutiveBreaker(5),
  })
  const healthy = new CircuitBreaker(good, { timeout: false })
  return [
    { name: 'cockatiel: breaker around a success', step: () => cockatiel.execute(good) },
    { name: 'opossum: a success', step: () => healthy.fire() },
    await failing('opossum: a failure', 0),
    await failing('opossum: a failure with 10,000 calls in the window', 10_000),
    { name: 'rate-limiter-flexible: consume', step: () => limiter.consume('host') },
    { name: 'bottleneck: schedule', step: () => bottleneck.schedule(good) },
  ]
}

/** A breaker that never opens, so that failures go on being counted; its window is longer than the run. */
async function failing(name: string, before: number): Promise<Micro> {
  let bad = false
  const work = async (): Promise<number> => {
    if (bad) throw new Error('refused')
    return 1
  }
  const breaker = new CircuitBreaker(work, {
    timeout: false,
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    ...(before === 0 ? {} : { rollingCountTimeout: 3_600_000 }),
  })
  for (let call = 0; call < before; call += 1) await breaker.fire()
  bad = true
  return { name, step: () => breaker.fire().catch(() => undefined) }
}
