import { setTimeout as delay } from 'node:timers/promises'
import { account, secondsToRecover, type Account } from './account.ts'
import type { LinkFault } from './proxy.ts'
import { openScene, type Scene, type SceneOptions } from './scene.ts'

const A_WHILE = 100
const SLOW: LinkFault = { kind: 'slow', latencyMs: 50, bytesPerSecond: 500_000 }
const BROKEN: readonly LinkFault[] = [
  { kind: 'stalled' },
  { kind: 'reset', at: 'request' },
  { kind: 'reset', at: 'answer' },
  { kind: 'half-closed' },
]
const BROKEN_MS = 1_500

/** The link is slow from the start to the end, the last words of the program included. */
export const slowLink =
  (link: Link) =>
  async (fault: string): Promise<Account> => {
    await using scene = await openScene(fault, { link, fault: SLOW })
    await scene.origin.more(4 * A_WHILE)
    const backAfterS = await secondsToRecover(scene)
    assertMet(scene, [SLOW])
    return await account(fault, scene, { ends: 'whole', backAfterS })
  }

/** The link stalls, is reset in requests and in answers, closes halfway; between, it is whole for a moment. */
export const brokenLink =
  (link: Link) =>
  async (fault: string): Promise<Account> => {
    await using scene = await openScene(fault, { link })
    for (const broken of BROKEN) {
      await scene.origin.more(A_WHILE)
      await scene.proxy.set(broken)
      await delay(BROKEN_MS)
      await scene.proxy.set({ kind: 'none' })
    }
    const backAfterS = await secondsToRecover(scene)
    assertMet(scene, BROKEN)
    return await account(fault, scene, { ends: 'whole', backAfterS })
  }

type Link = NonNullable<SceneOptions['link']>

/** A fault that nothing met proves nothing. */
function assertMet({ proxy }: Scene, faults: readonly LinkFault[]): void {
  const unmet = faults.filter(({ kind }) => !proxy.met.has(kind))
  if (unmet.length > 0) throw new Error(`nothing met ${JSON.stringify(unmet)}`)
}
