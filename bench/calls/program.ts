import { writeFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { countAllocation } from '../allocation.ts'
import { startProfile } from '../profile/start-profile.ts'
import { load, type Length, type Load } from './load.ts'
import type { Seen, VariantModule } from './variant.ts'

// One variant in a process of its own: warms up, measures at each concurrency, prints what it found as JSON.

/** What the process is told, as JSON in its only argument. */
export interface Plan {
  /** File in `variants/`. */
  readonly file: string
  /** Where to call; ends with this process's own segment of the origin's paths. */
  readonly base: string
  readonly atOnce: readonly number[]
  readonly warmUp: Length
  readonly measure: Length
  readonly flushMs: number
  /** Longer than an interval of flushing, so that what was put off is paid by the calls that caused it. */
  readonly settleMs: number
  /** A file that the CPU profile of the measured calls is written to. */
  readonly profile?: string
}

export interface Measured extends Load {
  readonly atOnce: number
  /** User and system time of the whole process, the flush after the calls included. */
  readonly cpuMicros: number
  readonly heapBytes: number
}

/** What it prints. */
export interface Outcome {
  /** All of them, warm-up included. */
  readonly calls: number
  readonly measured: readonly Measured[]
  readonly seen: Seen | undefined
}

const plan = JSON.parse(process.argv[2] ?? '') as Plan
const variant = (await import(
  new URL(`variants/${plan.file}`, import.meta.url).href
)) as VariantModule
const { call, seen } = variant.prepare(plan.flushMs)
const urls = Array.from({ length: 1_000 }, (_, index) => `${plan.base}/works/${index}`)

let { calls } = await load(call, urls, Math.max(...plan.atOnce), plan.warmUp)
await sleep(plan.settleMs)
const measured: Measured[] = []
const profiled = plan.profile === undefined ? undefined : startProfile()
for (const atOnce of plan.atOnce) {
  const allocated = countAllocation()
  const before = process.cpuUsage()
  const result = await load(call, urls, atOnce, plan.measure)
  await sleep(plan.settleMs)
  const { user, system } = process.cpuUsage(before)
  calls += result.calls
  measured.push({ atOnce, ...result, cpuMicros: user + system, heapBytes: allocated() })
}
if (plan.profile !== undefined) writeFileSync(plan.profile, JSON.stringify(profiled?.()))
const outcome: Outcome = { calls, measured, seen: await seen?.() }
writeSync(1, `${JSON.stringify(outcome)}\n`)
process.exit(0)
