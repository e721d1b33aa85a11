import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@plimsoll/policies'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import { createBoard, type Board } from './board.ts'
import { createLane, type Item, type Lane, type Peer } from './lane.ts'
import { createGrpcPosts } from './grpc-post.ts'
import { createHttpPost } from './post.ts'
import type { Endpoint, FromSender, SenderData, ToSender } from './thread-data.ts'

// Requests leave from a thread of their own: a slow or dead collector holds up neither the program's event loop nor its
// exit, and the last of them can still be sent while the program's thread is inside its exit handler.

/** Bytes held for a collector that does not answer; what is more is lost, the oldest first. */
const MAX_HELD_BYTES = 32 * 1024 * 1024

run(workerData as SenderData)

function run(data: SenderData): void {
  const port = parentPort
  if (port === null) throw new Error('the sender thread was started without a port')
  const board = createBoard(data.board)
  const tell = (message: string): void => {
    board.setTrouble(message)
    port.postMessage({ kind: 'trouble', message } satisfies FromSender)
  }
  const lanes = openLanes(data, board, tell)
  /** The last word of the instance, held until all before it has left. */
  let last: Item | undefined
  let ended = false

  let order = 0

  const makeRoom = (): void => {
    const held = (): number => [...lanes.values()].reduce((sum, lane) => sum + lane.bytes(), 0)
    while (held() > MAX_HELD_BYTES) {
      const first = oldestOf(lanes)
      if (first === undefined) return
      first.lane.dropOldest()
      board.lose(first.signal, 'queue_full', first.item.items)
      board.settle(first.signal, first.item.items)
      tell(`more than ${MAX_HELD_BYTES} bytes wait to be sent`)
    }
  }

  const take = (request: Extract<ToSender, { kind: 'request' }>): void => {
    const { signal, body, items, final, of } = request
    order += 1
    const item: Item = { order, body, items, final, of }
    if (final && !ended) last = item
    else lanes.get(signal)?.take(item)
    makeRoom()
  }

  const end = async (deadlineMs: number): Promise<void> => {
    ended = true
    board.setTrouble('')
    const now = systemClock.now()
    const done = [...lanes].map(([signal, lane]) => ({ signal, gone: lane.end(now + deadlineMs) }))
    const others = done.filter(({ signal }) => signal !== 'metrics').map(({ gone }) => gone)
    // What cannot leave must not keep the end from being known.
    await Promise.race([Promise.all(others), systemClock.sleep(deadlineMs / 2)])
    if (last !== undefined) lanes.get('metrics')?.take(last)
    await Promise.all([...others, lanes.get('metrics')?.end(now + deadlineMs)])
    board.done()
  }

  port.on('message', (message: ToSender) => {
    if (message.kind === 'request') take(message)
    else void end(message.deadlineMs)
  })
}

function openLanes(
  { endpoints }: SenderData,
  board: Board,
  tell: (message: string) => void,
): ReadonlyMap<Signal, Lane> {
  const peers = new Map<string, Peer>()
  const createGrpcPost = createGrpcPosts()
  const open = (signal: Signal, endpoint: Endpoint): Lane => {
    const { url, timeoutMs } = endpoint
    const { origin, pathname } = new URL(url)
    const peer = peers.get(origin) ?? { answered: false }
    peers.set(origin, peer)
    return createLane({
      post: endpoint.protocol === 'grpc' ? createGrpcPost(endpoint) : createHttpPost(endpoint),
      timeoutMs,
      newestOnly: signal === 'metrics',
      peer,
      clock: systemClock,
      random: Math.random,
      settled(item, fate, lost) {
        if (lost > 0) board.lose(signal, 'export_failed', lost)
        if (item.final && fate === 'taken' && lost === 0) board.takeEnd()
        board.settle(signal, item.items)
      },
      // Without query and userinfo: either may hold a key.
      trouble: (why) => tell(`${origin}${pathname}: ${why}`),
    })
  }
  const lanes = new Map<Signal, Lane>()
  for (const signal of SIGNALS) {
    const endpoint = endpoints[signal]
    if (endpoint !== undefined) lanes.set(signal, open(signal, endpoint))
  }
  return lanes
}

/** What waits longest of spans, events and metrics of others; metrics of its own hold one request at most. */
function oldestOf(
  lanes: ReadonlyMap<Signal, Lane>,
): { signal: Signal; lane: Lane; item: Item } | undefined {
  return [...lanes]
    .flatMap(([signal, lane]) => {
      const item = lane.oldest()
      return item === undefined ? [] : [{ signal, lane, item }]
    })
    .filter(({ signal, item }) => signal !== 'metrics' || item.of !== undefined)
    .toSorted((a, b) => a.item.order - b.item.order)[0]
}
