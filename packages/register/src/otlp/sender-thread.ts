import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import { createPost, type Post } from './post.ts'
import { DONE, LOST, type FromSender, type SenderData, type ToSender } from './thread-data.ts'

// Requests leave from a thread of their own: a slow or dead collector holds up neither the program's event loop nor its
// exit, and the last of them can still be sent while the program's thread is inside its exit handler.

type Item = Extract<ToSender, { kind: 'request' }>

/** Bytes held for a collector that does not answer; what is more is lost, the oldest first. */
const MAX_HELD_BYTES = 32 * 1024 * 1024
const MAX_TRIES = 5
const FIRST_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 30_000

run(workerData as SenderData)

function run(data: SenderData): void {
  const port = parentPort
  if (port === null) throw new Error('the sender thread was started without a port')
  const posts = new Map<Signal, { post: Post; url: string; timeoutMs: number }>()
  for (const signal of SIGNALS) {
    const endpoint = data.endpoints[signal]
    if (endpoint === undefined) continue
    const { url, timeoutMs } = endpoint
    posts.set(signal, { post: createPost(endpoint, data.contentType), url, timeoutMs })
  }
  const board = new Int32Array(data.board)
  const held: Item[] = []
  const ending = new AbortController()
  let endsAt = Infinity
  let sending = false

  const lost = (item: Item, reason: FromSender['reason'], why: string): void => {
    if (ending.signal.aborted) Atomics.add(board, LOST, item.items)
    const message = `${withoutSecrets(posts.get(item.signal)?.url ?? '')}: ${why}`
    port.postMessage({
      kind: 'lost',
      signal: item.signal,
      items: item.items,
      reason,
      message,
    } satisfies FromSender)
  }

  const take = (item: Item): void => {
    // Cumulative metrics that still wait are overtaken by these.
    const first = sending ? 1 : 0
    const overtaken = held.findIndex(({ signal }, at) => signal === 'metrics' && at >= first)
    if (item.signal === 'metrics' && overtaken !== -1) held.splice(overtaken, 1)
    held.push(item)
    let bytes = held.reduce((sum, { body }) => sum + body.length, 0)
    while (bytes > MAX_HELD_BYTES && held.length > 2) {
      const [oldest] = held.splice(first, 1)
      if (oldest === undefined) break
      bytes -= oldest.body.length
      lost(oldest, 'queue_full', 'too much waits to be sent')
    }
  }

  const sendOne = async (item: Item): Promise<void> => {
    const route = posts.get(item.signal)
    if (route === undefined) return
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = endsAt - performance.now()
      if (leftMs <= 0) return lost(item, 'export_failed', 'the process ended before it answered')
      const posted = await route.post(item.body, Math.min(route.timeoutMs, leftMs))
      if (posted.kind === 'taken') return
      // Once the process ends there is no time for backoff, and metrics are overtaken by the next ones anyway.
      const final = posted.kind === 'refused' || attempt >= MAX_TRIES || ending.signal.aborted
      if (final) return lost(item, 'export_failed', posted.why)
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS)
      await pause(Math.max(posted.retryAfterMs ?? 0, backoffMs), ending.signal)
    }
  }

  const sendAll = async (): Promise<void> => {
    if (sending) return
    sending = true
    for (let item = held[0]; item !== undefined; item = held[0]) {
      await sendOne(item)
      held.shift()
    }
    sending = false
    if (!ending.signal.aborted) return
    Atomics.store(board, DONE, 1)
    Atomics.notify(board, DONE)
  }

  port.on('message', (message: ToSender) => {
    if (message.kind === 'request') take(message)
    else {
      endsAt = performance.now() + message.deadlineMs
      ending.abort()
    }
    void sendAll()
  })
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    // Cut short because the process ends: one more try at once.
    if (!signal.aborted) throw error
  }
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
