import { countAllocation } from '../allocation.ts'
import type { Micro } from './micro.ts'

/** Nanoseconds of CPU and bytes of one step, of each stretch that was measured. */
export interface Stretches {
  readonly name: string
  readonly nanos: readonly number[]
  readonly bytes: readonly number[]
}

export interface Pace {
  readonly stretches: number
  readonly stretchMs: number
}

/** Warms up by doubling the rounds until they fill a stretch, and then measures stretches of so many. */
export async function timed(
  { name, step, between }: Micro,
  { stretches, stretchMs }: Pace,
): Promise<Stretches> {
  let rounds = 1
  for (;;) {
    const { tookMs } = await stretch(step, rounds)
    await between?.()
    if (tookMs >= stretchMs) break
    rounds = Math.ceil(rounds * Math.min(2, (stretchMs * 1.1) / Math.max(tookMs, 1e-3)))
  }
  const nanos: number[] = []
  const bytes: number[] = []
  for (let index = 0; index < stretches; index += 1) {
    const allocated = countAllocation()
    const { cpuMicros } = await stretch(step, rounds)
    bytes.push(allocated() / rounds)
    nanos.push((cpuMicros * 1e3) / rounds)
    await between?.()
  }
  return { name, nanos, bytes }
}

/** CPU time, because another process that runs meanwhile is not what a step costs; and the time that it took. */
async function stretch(
  step: Micro['step'],
  rounds: number,
): Promise<{ cpuMicros: number; tookMs: number }> {
  const first = step()
  await first
  const start = performance.now()
  const before = process.cpuUsage()
  if (first instanceof Promise) {
    for (let round = 0; round < rounds; round += 1) await step()
  } else {
    for (let round = 0; round < rounds; round += 1) step()
  }
  const { user, system } = process.cpuUsage(before)
  return { cpuMicros: user + system, tookMs: performance.now() - start }
}
