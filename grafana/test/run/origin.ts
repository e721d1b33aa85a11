import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Hosts on loopback, each with a manner of its own. */
export interface Origin extends AsyncDisposable {
  readonly steady: string
  readonly moody: string
  readonly down: string
}

/** Fails for so many requests, then is well: a breaker opens, and closes again. */
const BAD_REQUESTS = 8

export async function startOrigin(): Promise<Origin> {
  const servers = [serve(steady()), serve(moody()), serve(down)]
  const [first = '', second = '', third = ''] = await Promise.all(
    servers.map(async ({ listening }) => listening),
  )
  return {
    steady: first,
    moody: second,
    down: third,
    [Symbol.asyncDispose]: async () => {
      for (const { server } of servers) server.closeAllConnections()
      await Promise.all(servers.map(async ({ server }) => server[Symbol.asyncDispose]()))
    },
  }
}

function serve(listener: RequestListener) {
  const server = createServer(listener)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  return { server, listening: promise }
}

/** Answers well; its pages may be cached, and two of its paths are corrupt or missing. */
function steady(): RequestListener {
  let throttled = 0
  const paths: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/page': (response) => {
      response.setHeader('cache-control', 'max-age=60').end('a page')
    },
    '/corrupt': (response) => {
      const other = createHash('sha256').update('something else').digest('base64')
      response.setHeader('content-digest', `sha-256=:${other}:`).end('a body')
    },
    '/throttled': (response) => {
      throttled += 1
      if (throttled % 2 === 1) response.writeHead(429, { 'retry-after': '0' })
      response.end()
    },
    '/banned': (response) => {
      response.writeHead(429, { 'retry-after': '900' }).end()
    },
  }
  return ({ url = '' }, response) => {
    const answer = paths[url]
    if (answer === undefined) response.writeHead(404).end()
    else answer(response)
  }
}

function moody(): RequestListener {
  let requests = 0
  return (_, response) => {
    requests += 1
    response.writeHead(requests <= BAD_REQUESTS ? 503 : 200).end('an artifact')
  }
}

const down: RequestListener = ({ socket }) => {
  socket.destroy()
}
