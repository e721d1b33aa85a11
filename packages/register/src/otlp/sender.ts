import { Worker } from 'node:worker_threads'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import { inWords, type Messages } from '../messages.ts'
import { inItems } from '../pipeline/in-items.ts'
import type { Loss, Outlet } from '../pipeline/outlet.ts'
import { sibling } from '../sibling.ts'
import { createBoard, SENDER_LOSSES, type BoardPlace, type SenderLoss } from './board.ts'
import type { Endpoint, FromSender, SenderData, ToSender } from './thread-data.ts'

export interface SenderOptions {
  readonly endpoints: Readonly<Partial<Record<Signal, Endpoint>>>
  readonly messages: Messages
  readonly loss: Loss
  /** Where its counts are kept. @default memory of its own */
  readonly boardPlace?: BoardPlace | undefined
}

export interface Sender extends Outlet {
  /** The thread behind it, which the program did not start and shall not hear of. */
  readonly thread: Worker
}

/** Posts OTLP from a thread of its own, which keeps no process alive. */
export function createSender(options: SenderOptions): Sender {
  const { endpoints, messages, loss, boardPlace } = options
  const board = createBoard(boardPlace)
  const workerData: SenderData = {
    plimsollSender: true,
    endpoints,
    board: board.place,
  }
  const thread = new Worker(sibling('sender-thread', import.meta.url), {
    workerData,
    name: 'plimsoll-sender',
    // Neither the preload nor other flags of the program: the thread is ours.
    execArgv: [],
    env: {},
    stdout: true,
  })
  let alive = true
  let warned = false
  let newestPoints = 0
  /** Those of other threads, which the newest of this one do not hold. */
  let othersPoints = 0
  const warn = (what: string): void => {
    if (!warned) {
      messages.warn(
        `telemetry is not delivered to ${what}; the program goes on, what is lost is counted`,
      )
    }
    warned = true
  }
  thread.on('message', ({ message }: FromSender) => warn(message))
  thread.on('error', (error) => {
    alive = false
    warn(`the collector: the sender failed: ${inWords(error)}`)
  })

  // After the listeners, for one that comes later would hold the process.
  thread.unref()

  // A second argument, because the rule that wants a target origin takes a thread for a window.
  const post = (message: ToSender): void => thread.postMessage(message, [])
  const outstanding = (signal: Signal): number => {
    const open = board.handed(signal) - board.settled(signal)
    // The newest metrics hold what was in those before.
    return signal === 'metrics' ? Math.min(open, newestPoints + othersPoints) : open
  }
  const lostBy = (signal: Signal, reason: SenderLoss): number =>
    board.lost(signal, reason) + (!alive && reason === 'export_failed' ? outstanding(signal) : 0)

  return {
    thread,
    send({ signal, body, items, final, of }) {
      board.hand(signal, items)
      if (signal === 'metrics' && of === undefined) newestPoints = items
      else if (signal === 'metrics') othersPoints += items
      if (alive) post({ kind: 'request', signal, body, items, final, of })
    },
    wantsMetrics: () => true,
    countLosses() {
      for (const signal of SIGNALS) {
        for (const reason of SENDER_LOSSES) {
          const more = lostBy(signal, reason) - board.told(signal, reason)
          if (more <= 0) continue
          board.tell(signal, reason, more)
          loss(signal, reason, more)
        }
      }
    },
    finish(deadlineMs) {
      if (alive) {
        post({ kind: 'end', deadlineMs })
        board.awaitDone(deadlineMs)
      }
      const late = SIGNALS.some((signal) => outstanding(signal) > 0)
      const lost = inItems((signal) => {
        const settledLoss = SENDER_LOSSES.reduce((sum, why) => sum + board.lost(signal, why), 0)
        return settledLoss + outstanding(signal)
      })
      if (lost === '') return
      const origins = [...new Set(Object.values(endpoints).map(({ url }) => new URL(url).origin))]
      const why = late ? ` (${board.trouble() || 'no answer in time'})` : ''
      const end =
        endpoints.metrics === undefined || board.endTaken()
          ? ''
          : '; without its end the run is incomplete there'
      messages.warn(`${lost} did not reach ${origins.join(' and ')}${why}${end}`)
    },
  }
}
