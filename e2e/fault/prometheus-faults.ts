import { setTimeout as delay } from 'node:timers/promises'
import { account, secondsToRecover, type Account } from './account.ts'
import { counterTotal } from './exposition.ts'
import { openScene } from './scene.ts'

const A_WHILE = 150

/** Down for a minute while the Collector keeps what comes on disk, then killed with -9 and started again. */
export async function prometheusDown(fault: string): Promise<Account> {
  await using scene = await openScene(fault, { program: { callsPerSecond: 40 } })
  const { prometheus } = scene.pipeline
  await scene.origin.more(A_WHILE)
  await prometheus.stop()
  await delay(60_000)
  await prometheus.start()
  const backAfterS = await secondsToRecover(scene)
  await prometheus.kill()
  await prometheus.start()
  return await account(fault, scene, { ends: 'whole', backAfterS })
}

/** Down for so long that the Collector's queue is full: it refuses, and the program keeps what it has. */
export async function queueFull(fault: string): Promise<Account> {
  await using scene = await openScene(fault, {
    pipeline: { collectorEnv: { COLLECTOR_QUEUE_BYTES: '20000' } },
  })
  const { prometheus, collector } = scene.pipeline
  await scene.origin.more(A_WHILE)
  await prometheus.stop()
  await delay(8_000)
  const refusals = await refusedPoints(collector.telemetry)
  if (refusals === 0) throw new Error('the queue was never full')
  await prometheus.start()
  const backAfterS = await secondsToRecover(scene)
  return await account(fault, scene, { ends: 'whole', backAfterS })
}

/** Data points that the Collector says it could not put into its queue. */
async function refusedPoints(telemetry: string): Promise<number> {
  const page = await (await fetch(telemetry)).text()
  return counterTotal(page, /^otelcol_exporter_enqueue_failed_metric_points$/u)
}
