import { createServer, type AddressInfo, type Socket } from 'node:net'

/** A server that keeps no rules: what a test writes is what the client gets. */
export interface RawOrigin {
  readonly base: string
  readonly port: number
  /** Requests whose head has come. */
  readonly requests: readonly string[]
  /** Connections that brought a request and are open now; after an abort Node 22's own undici opens another one, idle. */
  readonly open: number
  close(): Promise<void>
}

/** @param serve called for each request head, with the number of heads before it */
export async function startRawOrigin(
  serve: (socket: Socket, index: number) => void,
): Promise<RawOrigin> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const asked = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket
      .on('error', () => {})
      .once('close', () => {
        sockets.delete(socket)
        asked.delete(socket)
      })
    let text = ''
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        asked.add(socket)
        requests.push(text.slice(0, end))
        text = text.slice(end + 4)
        serve(socket, requests.length - 1)
      }
    })
    // Half open: the client is done, and may still be answered.
    socket.once('end', () => socket.end())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    port,
    requests,
    get open() {
      return asked.size
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

/** Writes `piece` again and again, as fast as it is taken or every `everyMs`; tells how much was written. */
export function flood(socket: Socket, piece: string, everyMs?: number): () => number {
  let bytes = 0
  const more = (): void => {
    for (let count = 0; count < 64 && socket.writable; count++) {
      bytes += piece.length
      const taken = socket.write(piece, 'latin1')
      if (everyMs !== undefined || !taken) return
    }
    if (socket.writable) setImmediate(more)
  }
  if (everyMs === undefined) socket.on('drain', more)
  else {
    const timer = setInterval(more, everyMs)
    socket.once('close', () => clearInterval(timer))
  }
  more()
  return () => bytes
}
