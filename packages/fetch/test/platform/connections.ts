import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { at, failure, json, newId, type PlatformCase } from './case.ts'
import { streamOf } from './requests.ts'

/** How often the origin was asked, of one call whose idle connection ends just as the request comes on it. */
async function onDyingConnection(
  fetch: typeof globalThis.fetch,
  base: string,
  init: () => RequestInit,
): Promise<unknown> {
  for (let tries = 0; tries < 100; tries++) {
    await (await fetch(`${base}/text`)).text()
    const id = newId()
    const outcome = await failure(async () =>
      (await fetch(`${base}/reset-if-reused?id=${id}`, init())).text(),
    )
    const asked = await json(await fetch(`${base}/count?id=${id}`))
    // A new connection was taken all the same: that is not the case.
    if (JSON.stringify(outcome) !== '{"resolved":"a new connection"}')
      return [named(outcome), asked]
  }
  return 'never on the idle connection'
}

/** Resolves when both ends of a raw answer's connection are closed; asks by another connection, which no fetch knows. */
async function closed(base: string, id: string): Promise<void> {
  const [told] = (await once(get(`${base}/when?id=${id}`, { agent: false }), 'response')) as [
    IncomingMessage,
  ]
  await told.resume().toArray()
}

/** Whether a write or a read hears first of the end is up to the kernel, with every fetch. */
function named(outcome: unknown): unknown {
  const ended = /"name":"\w+","code":"(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)"/u
  return JSON.parse(JSON.stringify(outcome).replace(ended, '"code":"the connection ended"'))
}

export const CONNECTIONS: readonly PlatformCase[] = [
  at('a POST whose idle connection ends as it goes out is not sent again', (fetch, base) =>
    onDyingConnection(fetch, base, () => ({ method: 'POST', body: 'once' })),
  ),
  at('a stream whose idle connection ends as it goes out is not sent again', (fetch, base) =>
    onDyingConnection(fetch, base, () => ({ method: 'PUT', body: streamOf('x'), duplex: 'half' })),
  ),
  at('an origin that closes after each answer is asked again', async (fetch, base) => {
    const answer = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'
    const texts: string[] = []
    for (let call = 0; call < 5; call++) {
      const url = `${base}/raw?bytes=${encodeURIComponent(answer)}`
      texts.push(await (await fetch(url)).text())
    }
    return texts
  }),
  at('an origin that keeps alive and closes all the same is asked again', async (fetch, base) => {
    const answer = 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=60\r\ncontent-length: 2\r\n\r\nok'
    const texts: unknown[] = []
    for (let call = 0; call < 5; call++) {
      const id = newId()
      const url = `${base}/raw?id=${id}&bytes=${encodeURIComponent(answer)}`
      texts.push(await (await fetch(url)).text())
      await closed(base, id)
    }
    return texts
  }),
  at('a hundred calls at once to one origin all end', async (fetch, base) => {
    const calls = Array.from({ length: 100 }, async (_, index) => {
      const body = String(index)
      const answer = await json(await fetch(`${base}/echo`, { method: 'POST', body }))
      return (answer as { readonly body: string }).body
    })
    return Promise.all(calls)
  }),
  at('an unhandled rejection of a body is heard', async (fetch, base) => {
    const heard = new Promise<unknown>((resolve) => {
      const others = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection')
      process.once('unhandledRejection', (reason) => {
        for (const listener of others) process.on('unhandledRejection', listener)
        resolve(failure(() => Promise.reject(reason)))
      })
    })
    const response = await fetch(`${base}/early-end`, { method: 'POST' })
    void response.text()
    return heard
  }),
]
