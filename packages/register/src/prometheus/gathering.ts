import type { Clock } from '@plimsoll/policies'
import type { Exposition } from './accept.ts'
import type { Message } from './channel.ts'
import type { Family } from './families.ts'

export interface GatheringOptions {
  readonly post: (message: Message) => void
  readonly clock: Pick<Clock, 'sleep'>
}

export interface Gathering {
  /** To be told of every message. */
  heard(message: Message): void
  /** The families of each thread that answered; undefined when the main one did not within `deadlineMs`. */
  gather(
    exposition: Exposition,
    deadlineMs: number,
  ): Promise<readonly (readonly Family[])[] | undefined>
}

/** Nobody waits longer for a worker that does not answer when main has: it is busy, or was terminated. */
const GRACE_MS = 250

interface Round {
  readonly exposition: Exposition
  readonly answers: Map<string, readonly Family[]>
  /** Something may be complete now. */
  readonly check: () => void
}

/** Asks every thread that has metrics for them. */
export function createGathering({ post, clock }: GatheringOptions): Gathering {
  /** Threads known to be there, and whether each is the main one. */
  const sources = new Map<string, boolean>()
  const rounds = new Map<number, Round>()
  let lastId = 0

  const allOf = (isMain: boolean, { answers }: Round): boolean =>
    [...sources].every(([source, main]) => main !== isMain || answers.has(source))
  const hasMain = (round: Round): boolean =>
    [...sources.values()].includes(true) && allOf(true, round)

  return {
    heard(message) {
      if (message.kind === 'here') {
        sources.set(message.source, message.isMain)
        // It came too late to hear what was asked.
        for (const [id, { exposition }] of rounds) post({ kind: 'collect', id, exposition })
      }
      if (message.kind === 'collected') {
        // One that was given up answers again; a main thread never is.
        if (!sources.has(message.source)) sources.set(message.source, false)
        rounds.get(message.id)?.answers.set(message.source, message.families)
      }
      for (const round of rounds.values()) round.check()
    },
    async gather(exposition, deadlineMs) {
      lastId += 1
      const id = lastId
      const { promise: over, resolve: end } = Promise.withResolvers<void>()
      const timers = new AbortController()
      const endIn = (ms: number): void => {
        // Rejects when it is over before.
        clock.sleep(ms, timers.signal).then(end, end)
      }
      let graceRuns = false
      const round: Round = {
        exposition,
        answers: new Map(),
        check() {
          if (!hasMain(round)) return
          if (allOf(false, round)) end()
          else if (!graceRuns) endIn(GRACE_MS)
          graceRuns = true
        },
      }
      rounds.set(id, round)
      endIn(deadlineMs)
      post({ kind: 'collect', id, exposition })
      await over
      timers.abort()
      rounds.delete(id)
      if (!hasMain(round)) return undefined
      for (const [source, isMain] of sources) {
        // Until it is heard of again.
        if (!isMain && !round.answers.has(source)) sources.delete(source)
      }
      return [...round.answers.values()]
    },
  }
}
