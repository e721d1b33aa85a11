import {
  createConnection,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What is wrong with a link. */
export type LinkFault =
  | { readonly kind: 'none' }
  /** Nobody listens. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'slow'; readonly latencyMs: number; readonly bytesPerSecond: number }
  /** Connections stand, and nothing passes. */
  | { readonly kind: 'stalled' }
  /** A connection is reset in the middle of what the client sends, or when the server has answered. */
  | { readonly kind: 'reset'; readonly at: 'request' | 'answer' }
  /** The client is sent half of an answer, and then the end. */
  | { readonly kind: 'half-closed' }

/** A TCP proxy with a link that can be broken. */
export interface Proxy extends AsyncDisposable {
  readonly url: string
  /** Where connections go, `http://host:port`. */
  to(url: string): void
  /** From now on the link is so, for connections that stand as well. */
  set(fault: LinkFault): Promise<void>
  /** Faults that bytes have met, by kind. */
  readonly met: ReadonlyMap<LinkFault['kind'], number>
}

const HOST = '127.0.0.1'

export async function startProxy(): Promise<Proxy> {
  const pairs = new Set<Pair>()
  const met = new Map<LinkFault['kind'], number>()
  let target: URL | undefined
  let fault: LinkFault = { kind: 'none' }
  let changed = Promise.withResolvers<void>()

  const link: Link = {
    fault: () => fault,
    changed: () => changed.promise,
    meet: ({ kind }) => void met.set(kind, (met.get(kind) ?? 0) + 1),
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (target === undefined) throw new Error('the proxy was not told where to')
    const pair = connect(client, target, link, () => pairs.delete(pair))
    pairs.add(pair)
  })
  const port = await listen(server, 0)

  return {
    url: `http://${HOST}:${port}`,
    met,
    to(url) {
      target = new URL(url)
    },
    async set(next) {
      fault = next
      changed.resolve()
      changed = Promise.withResolvers()
      const open = server.listening
      if (next.kind === 'refused' && open) {
        for (const pair of pairs) pair.destroy()
        await close(server)
      } else if (next.kind !== 'refused' && !open) await listen(server, port)
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) pair.destroy()
      if (server.listening) await close(server)
    },
  }
}

interface Link {
  readonly fault: () => LinkFault
  readonly changed: () => Promise<void>
  readonly meet: (fault: LinkFault) => void
}

interface Pair {
  readonly destroy: () => void
}

function connect(client: Socket, target: URL, link: Link, closed: () => void): Pair {
  const upstream = createConnection({
    host: target.hostname,
    port: Number(target.port),
    allowHalfOpen: true,
  })
  let gone = false
  const destroy = (): void => {
    gone = true
    client.destroy()
    upstream.destroy()
    closed()
  }
  const pass = (from: Socket, to: Socket, isAnswer: boolean): void => {
    // One chunk after the other, so that a slow one holds up what is behind it.
    let line = Promise.resolve()
    const next = (step: () => Promise<void>): void => {
      line = line.then(async () => (gone ? undefined : step()))
    }
    from.on('data', (chunk: Buffer) => next(() => carry(chunk, isAnswer)))
    from.once('end', () => next(async () => void to.end()))
    from.once('error', destroy)
    from.once('close', () => {
      if (client.destroyed && upstream.destroyed) closed()
    })

    const carry = async (chunk: Buffer, isAnswer: boolean): Promise<void> => {
      const fault = await passable(link)
      if (fault.kind === 'slow') {
        link.meet(fault)
        await delay(fault.latencyMs + (chunk.length * 1_000) / fault.bytesPerSecond)
      }
      if (fault.kind === 'reset' && isAnswer === (fault.at === 'answer')) {
        link.meet(fault)
        // Half a request, or none of an answer to a whole one.
        if (!isAnswer) to.write(chunk.subarray(0, chunk.length / 2))
        client.resetAndDestroy()
        return destroy()
      }
      if (fault.kind === 'half-closed' && isAnswer) {
        link.meet(fault)
        client.end(chunk.subarray(0, chunk.length / 2), destroy)
        gone = true
        return
      }
      if (!to.destroyed) to.write(chunk)
    }
  }
  pass(client, upstream, false)
  pass(upstream, client, true)
  return { destroy }
}

/** The fault that a chunk meets, once the link lets anything pass. */
async function passable(link: Link): Promise<LinkFault> {
  for (;;) {
    const fault = link.fault()
    if (fault.kind !== 'stalled') return fault
    link.meet(fault)
    await link.changed()
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
}
