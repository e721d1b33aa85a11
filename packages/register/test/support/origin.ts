import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { AtEnd } from './program.ts'

export interface Origin {
  readonly url: string
  readonly port: number
  /** Requests that came in. */
  readonly requests: () => number
}

/** An HTTP server of the test's own, closed when the test is. */
export async function startOrigin(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    response.end('ok'),
  atEnd: AtEnd = onTestFinished,
): Promise<Origin> {
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, requests: () => count }
}
