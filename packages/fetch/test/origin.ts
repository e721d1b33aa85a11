import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the server got it. */
interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What to answer to one request. */
export type Script = (response: ServerResponse, request: Seen) => void

/** A server that answers each request with the next script of its path, the last one for ever, and keeps what it saw. */
export interface Origin {
  readonly base: string
  readonly host: string
  readonly port: number
  readonly seen: readonly Seen[]
  /** Requests to `path`, or all. */
  count(path?: string): number
  on(path: string, ...scripts: readonly Script[]): void
  close(): Promise<void>
}

export async function startOrigin(): Promise<Origin> {
  const seen: Seen[] = []
  const scripts = new Map<string, Script[]>()
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { method = '', url = '', headers } = request
      const path = url.split('?')[0] ?? ''
      const got = { method, path, headers, body }
      seen.push(got)
      const left = scripts.get(path) ?? [status(404)]
      const script = left.length > 1 ? left.shift() : left[0]
      script?.(response, got)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    seen,
    count: (path) => seen.filter((request) => path === undefined || request.path === path).length,
    on: (path, ...more) => void scripts.set(path, [...more]),
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    // The client went away; what came is what was seen.
  }
  return Buffer.concat(chunks).toString()
}

type Fields = Readonly<Record<string, string | readonly string[]>>

/** Answers with a status, header fields and a body. */
export function status(code: number, fields: Fields = {}, body = ''): Script {
  return (response) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
    response.statusCode = code
    response.end(body)
  }
}

export function ok(body = 'fine', fields: Fields = {}): Script {
  return status(200, fields, body)
}

/** Says nothing, ever. */
export const hang: Script = () => {}

/** Breaks the connection in place of an answer. */
export const reset: Script = (response) => void response.socket?.destroy()

/** Sends less than it declares, then breaks off. */
export function cut(body: string, declared: number): Script {
  return (response) => {
    response.writeHead(200, { 'content-length': declared })
    response.write(body, () => response.socket?.destroy())
  }
}

/** Lets the event loop turn until `condition` holds: for what real sockets do in their own time. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000; turn++) {
    if (condition()) return
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
  throw new Error('what was waited for did not happen')
}

/** What a promise was rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it resolved')
}
