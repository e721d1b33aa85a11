import { setTimeout as delay } from 'node:timers/promises'
import { account, secondsToRecover, type Account } from './account.ts'
import { verdictsOf, type Verdict } from './gate.ts'
import { openScene } from './scene.ts'

/** Enough for several exports at 100 calls a second. */
const A_WHILE = 150

/** Killed with -9 under load, started again, and that once more. */
export async function collectorKilledTwice(fault: string): Promise<Account> {
  await using scene = await openScene(fault)
  const { collector } = scene.pipeline
  let backAfterS = 0
  for (const downMs of [1_500, 3_000]) {
    await scene.origin.more(A_WHILE)
    await collector.kill()
    await delay(downMs)
    await collector.start()
    backAfterS = Math.max(backAfterS, await secondsToRecover(scene))
  }
  return await account(fault, scene, { ends: 'whole', backAfterS })
}

/** Nobody listens, from the start to the end. */
export async function collectorNeverThere(fault: string): Promise<Account> {
  const down = { kind: 'refused' } as const
  await using scene = await openScene(fault, { link: 'to the Collector', fault: down })
  await scene.origin.more(2 * A_WHILE)
  return await account(fault, scene, { ends: 'cut' })
}

/** It takes connections and says nothing, from the start to the end. */
export async function collectorHangs(fault: string): Promise<Account> {
  const down = { kind: 'stalled' } as const
  await using scene = await openScene(fault, { link: 'to the Collector', fault: down })
  await scene.origin.more(2 * A_WHILE)
  return await account(fault, scene, { ends: 'cut' })
}

/** Not to be reached for a while in the middle, though it runs. */
export async function collectorAwayForAWhile(fault: string): Promise<Account> {
  await using scene = await openScene(fault, { link: 'to the Collector' })
  await scene.origin.more(A_WHILE)
  await scene.proxy.set({ kind: 'refused' })
  await delay(10_000)
  await scene.proxy.set({ kind: 'none' })
  const backAfterS = await secondsToRecover(scene)
  return await account(fault, scene, { ends: 'whole', backAfterS })
}

/** Gone before the program ends, and for good: nobody hears of the end. */
export async function collectorGoneAtTheEnd(fault: string): Promise<CutShort> {
  await using scene = await openScene(fault)
  await scene.origin.more(2 * A_WHILE)
  await secondsToRecover(scene)
  // Not killed: a request that was written and not answered would be counted on both sides.
  await scene.pipeline.collector.stop()
  await scene.origin.more(A_WHILE)
  const cut = await account(fault, scene, { ends: 'cut' })
  return { account: cut, verdicts: await verdictsOf(scene, cut.counted) }
}

export interface CutShort {
  readonly account: Account
  /** Of a promise that is kept as far as anybody knows. */
  readonly verdicts: Readonly<Record<string, Verdict>>
}

/** It takes no request above a size, and so some of the events and spans never. */
export async function collectorRefuses(fault: string): Promise<Account> {
  const http = 'receivers::otlp::protocols::http::max_request_body_size'
  await using scene = await openScene(fault, {
    pipeline: { collectorConfigs: [`yaml:${http}: 18000`] },
  })
  await scene.origin.more(2 * A_WHILE)
  scene.program.rest()
  // The metrics that leave last know of all that was refused by then.
  await delay(1_500)
  return await account(fault, scene, { ends: 'whole' })
}

/** Killed together with Prometheus, in the same moment. */
export async function bothKilled(fault: string): Promise<Account> {
  await using scene = await openScene(fault)
  const { collector, prometheus } = scene.pipeline
  await scene.origin.more(A_WHILE)
  await Promise.all([collector.kill(), prometheus.kill()])
  await delay(2_000)
  await Promise.all([collector.start(), prometheus.start()])
  const backAfterS = await secondsToRecover(scene)
  return await account(fault, scene, { ends: 'whole', backAfterS })
}
