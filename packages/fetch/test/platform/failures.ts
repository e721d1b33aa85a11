import { at, described, failure, type PlatformCase } from './case.ts'

type Fetch = typeof globalThis.fetch

class Stop extends Error {
  override readonly name = 'Stop'
}

/** Aborts `controller` in the next turn of the event loop, when the request is on its way. */
function soon(controller: AbortController, reason?: unknown): void {
  setImmediate(() => controller.abort(reason))
}

export const ABORTS: readonly PlatformCase[] = [
  at('aborted before the call', async (fetch, base) => {
    const reason = new Stop('too late')
    const same = await rejection(fetch, `${base}/text`, AbortSignal.abort(reason))
    return [same === reason, described(await rejection(fetch, `${base}/text`, AbortSignal.abort()))]
  }),
  at('aborted in the same turn', async (fetch, base) => {
    const controller = new AbortController()
    const reason = new Stop('at once')
    const rejected = rejection(fetch, `${base}/hang`, controller.signal)
    controller.abort(reason)
    return (await rejected) === reason
  }),
  at('aborted while waiting for headers, with the own reason', async (fetch, base) => {
    const controller = new AbortController()
    const reason = new Stop('waited enough')
    soon(controller, reason)
    return (await rejection(fetch, `${base}/hang`, controller.signal)) === reason
  }),
  at('aborted with a reason that is no error', async (fetch, base) => {
    const controller = new AbortController()
    soon(controller, 'words')
    return rejection(fetch, `${base}/hang`, controller.signal)
  }),
  at('aborted by a clock', async (fetch, base) =>
    described(await rejection(fetch, `${base}/hang`, AbortSignal.timeout(20))),
  ),
  at('aborted while the body comes', async (fetch, base) => {
    const controller = new AbortController()
    const response = await fetch(`${base}/trickle`, { signal: controller.signal })
    soon(controller, new Stop('read enough'))
    return [response.status, await failure(() => response.text())]
  }),
  at('aborted by the signal of a Request', async (fetch, base) => {
    const controller = new AbortController()
    const request = new Request(`${base}/hang`, { signal: controller.signal })
    soon(controller, new Stop('of the request'))
    return failure(() => fetch(request))
  }),
  at('aborted after the end changes nothing', async (fetch, base) => {
    const controller = new AbortController()
    const response = await fetch(`${base}/text`, { signal: controller.signal })
    const text = await response.text()
    controller.abort()
    return [text, response.status]
  }),
]

async function rejection(fetch: Fetch, url: string, signal: AbortSignal): Promise<unknown> {
  try {
    await fetch(url, { signal })
  } catch (error) {
    return error
  }
  return 'resolved'
}

export const FAILURES: readonly PlatformCase[] = [
  at('a URL that is none', async (fetch) => failure(() => fetch('not a url'))),
  at('a URL with credentials', async (fetch, base) =>
    failure(() => fetch(base.replace('http://', 'http://user:secret@'))),
  ),
  at('a scheme that is none', async (fetch) => failure(() => fetch('gopher://example.org/'))),
  at('data and blob URLs', async (fetch) => {
    const blob = URL.createObjectURL(new Blob(['from a blob']))
    return [await (await fetch('data:text/plain,hello')).text(), await (await fetch(blob)).text()]
  }),
  at('a method that is forbidden', async (fetch, base) =>
    failure(() => fetch(`${base}/text`, { method: 'CONNECT' })),
  ),
  at('a GET with a body', async (fetch, base) =>
    // oxlint-disable-next-line unicorn/no-invalid-fetch-options -- that is the case
    failure(() => fetch(`${base}/text`, { body: 'x' })),
  ),
  at('a header that is none', async (fetch, base) =>
    failure(() => fetch(`${base}/text`, { headers: { 'a b': 'c' } })),
  ),
  at('an init that is no object', async (fetch, base) =>
    failure(() => fetch(`${base}/text`, 7 as unknown as RequestInit)),
  ),
  at('nobody listens', async (fetch) =>
    failure(() => fetch('http://127.0.0.1:2/', { method: 'POST' })),
  ),
  at('the connection is reset', async (fetch, base) =>
    failure(() => fetch(`${base}/reset`, { method: 'POST' })),
  ),
  at('integrity that does not match', async (fetch, base) =>
    failure(() => fetch(`${base}/text`, { integrity: `sha256-${'A'.repeat(43)}=` })),
  ),
  at('an unhandled rejection is heard', async (fetch) => {
    const heard = new Promise((resolve) => {
      const others = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection')
      process.once('unhandledRejection', (reason) => {
        for (const listener of others) process.on('unhandledRejection', listener)
        resolve(described(reason))
      })
    })
    void fetch('not a url')
    return heard
  }),
]
