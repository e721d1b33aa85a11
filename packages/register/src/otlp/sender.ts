import { Worker } from 'node:worker_threads'
import type { Signal } from '@plimsoll/semconv'
import { inWords, type Messages } from '../messages.ts'
import type { Loss, Outlet } from '../pipeline/outlet.ts'
import { sibling } from '../sibling.ts'
import {
  DONE,
  LOST,
  type Endpoint,
  type FromSender,
  type SenderData,
  type ToSender,
} from './thread-data.ts'

export interface SenderOptions {
  readonly endpoints: Readonly<Partial<Record<Signal, Endpoint>>>
  readonly contentType: string
  readonly messages: Messages
  readonly loss: Loss
}

export interface Sender extends Outlet {
  /** The thread behind it, which the program did not start and shall not hear of. */
  readonly thread: Worker
}

/** Posts OTLP from a thread of its own, which keeps no process alive. */
export function createSender({ endpoints, contentType, messages, loss }: SenderOptions): Sender {
  const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  const workerData: SenderData = { plimsollSender: true, endpoints, contentType, board: memory }
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
  const warn = (what: string): void => {
    if (!warned)
      messages.warn(
        `telemetry is not delivered to ${what}; the program goes on, what is lost is counted`,
      )
    warned = true
  }
  thread.on('message', ({ signal, items, reason, message }: FromSender) => {
    warn(message)
    loss(signal, reason, items)
  })
  thread.on('error', (error) => {
    alive = false
    warn(`the collector: the sender failed: ${inWords(error)}`)
  })

  // After the listeners, for one that comes later would hold the process.
  thread.unref()

  // A second argument, because the rule that wants a target origin takes a thread for a window.
  const post = (message: ToSender): void => thread.postMessage(message, [])
  return {
    thread,
    send({ signal, body, items }) {
      if (alive) post({ kind: 'request', signal, body, items })
      else loss(signal, 'export_failed', items)
    },
    wantsMetrics: () => true,
    finish(deadlineMs) {
      if (!alive) return
      alive = false
      const board = new Int32Array(memory)
      post({ kind: 'end', deadlineMs })
      Atomics.wait(board, DONE, 0, deadlineMs)
      const lost = Atomics.load(board, LOST)
      if (Atomics.load(board, DONE) === 1 && lost === 0) return
      const origins = [...new Set(Object.values(endpoints).map(({ url }) => new URL(url).origin))]
      const what =
        lost === 0 ? 'the last telemetry' : `the last ${lost} data points, spans and events`
      messages.warn(`${what} did not reach ${origins.join(' and ')}`)
    },
  }
}
