import { createServer } from 'node:http'
import {
  createServer as createListener,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { answer } from './platform/origin/answers.ts'
import { sendJson } from './platform/origin/echo.ts'

/** A server of its own for the platform cases: every path behaves in one way, and says what it was sent. */
export interface PlatformOrigin {
  readonly base: string
  close(): Promise<void>
}

export async function startPlatformOrigin(): Promise<PlatformOrigin> {
  // Takes connections, and says nothing to anybody.
  const mute = createListener()
  const mutePort = await listening(mute)
  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 60_000 })
  server.on('request', (request, response) => {
    if (request.url === '/mute-port') sendJson(response, mutePort)
    else {
      // A client that goes away while it is read is what many cases are about.
      answer(request, response).catch(() => response.destroy())
    }
  })
  const sockets = new Set<Socket>()
  for (const one of [mute, server]) {
    one.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    })
  }
  const port = await listening(server)
  return {
    base: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all([closed(server), closed(mute)])
    },
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
}
