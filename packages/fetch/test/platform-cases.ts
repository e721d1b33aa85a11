/**
 * What a program can see of fetch, case by case, each as a plain value: the same cases run over the platform's fetch, over
 * an observed one and over one under policies, in this process or in a child under the preload, and must give the same.
 * No test framework is imported here.
 */
export interface PlatformCase {
  readonly name: string
  run(fetch: typeof globalThis.fetch, base: string): Promise<unknown>
}

type Fetch = typeof globalThis.fetch

/** An error as a program sees it: what it is, what it says, and what caused it. */
async function failure(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await work() }
  } catch (error) {
    return described(error)
  }
}

function described(error: unknown): unknown {
  if (!(error instanceof Error)) return { thrown: error }
  const { name, message, cause } = error
  const code = 'code' in error ? error.code : undefined
  const causeCode = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return {
    name,
    // Ports and connection ids differ from run to run.
    message: message.replaceAll(/127\.0\.0\.1:\d+/gu, 'HOST'),
    code,
    kind: error instanceof TypeError ? 'TypeError' : error.constructor.name,
    cause: cause instanceof Error ? { name: cause.name, code: causeCode } : typeof cause,
  }
}

async function json(response: Response): Promise<unknown> {
  return (await response.json()) as unknown
}

function at(name: string, run: PlatformCase['run']): PlatformCase {
  return { name, run }
}

/** A stream of a request body, chunk by chunk. */
function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  const left = [...chunks]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(next))
    },
  })
}

const REQUESTS: readonly PlatformCase[] = [
  at('a string, a URL and a Request ask the same', async (fetch, base) => [
    await json(await fetch(`${base}/echo?a=b#fragment`)),
    await json(await fetch(new URL('/echo?a=b', base))),
    await json(await fetch(new Request(`${base}/echo?a=b`))),
  ]),
  at('init holds before the Request', async (fetch, base) => {
    const request = new Request(`${base}/echo`, { method: 'POST', body: 'theirs' })
    const init = { method: 'PUT', body: 'ours', headers: { 'x-own': 'yes' } }
    return json(await fetch(request, init))
  }),
  at('an init with getters on its prototype is read', async (fetch, base) => {
    class Init {
      get method(): string {
        return 'POST'
      }
      get body(): string {
        return 'from a getter'
      }
    }
    return json(await fetch(`${base}/echo`, new Init()))
  }),
  at('a Request serves as init', async (fetch, base) => {
    const init = new Request(`${base}/other`, { method: 'DELETE', headers: { 'x-own': 'yes' } })
    return json(await fetch(`${base}/echo`, init))
  }),
  at('a Request without a body can be sent again', async (fetch, base) => {
    const request = new Request(`${base}/echo`, { headers: { 'x-own': 'yes' } })
    const first = await json(await fetch(request))
    return [first, await json(await fetch(request)), request.bodyUsed]
  }),
  at('a Request with a body is used up by its first call', async (fetch, base) => {
    const request = new Request(`${base}/echo`, { method: 'POST', body: 'once' })
    const first = await json(await fetch(request))
    return [first, request.bodyUsed, await failure(() => fetch(request))]
  }),
  at('a cloned Request is sent twice', async (fetch, base) => {
    const request = new Request(`${base}/echo`, { method: 'POST', body: 'twice' })
    const copy = request.clone()
    return [await json(await fetch(request)), await json(await fetch(copy))]
  }),
  at('lower-case methods are normalised, others are not', async (fetch, base) => [
    await json(await fetch(`${base}/echo`, { method: 'post' })),
    await json(await fetch(`${base}/echo`, { method: 'PATCH', body: 'x' })),
  ]),
  at('a HEAD request has no body', async (fetch, base) => {
    const response = await fetch(`${base}/text`, { method: 'HEAD' })
    return [response.status, await response.text()]
  }),
]

const BODIES: readonly PlatformCase[] = [
  at('FormData goes out as multipart', async (fetch, base) => {
    const form = new FormData()
    form.set('field', 'value')
    form.set('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt')
    return json(await fetch(`${base}/echo`, { method: 'POST', body: form }))
  }),
  at('URLSearchParams, Blob, buffer and view go out as what they are', async (fetch, base) => {
    const bodies = [
      new URLSearchParams({ a: 'b c' }),
      new Blob(['blob'], { type: 'application/x-own' }),
      new TextEncoder().encode('buffer').buffer,
      new TextEncoder().encode('view'),
    ]
    const answers: unknown[] = []
    for (const body of bodies) {
      answers.push(await json(await fetch(`${base}/echo`, { method: 'POST', body })))
    }
    return answers
  }),
  at('a stream goes out half duplex', async (fetch, base) => {
    const body = streamOf('one ', 'two ', 'three')
    return json(await fetch(`${base}/echo`, { method: 'POST', body, duplex: 'half' }))
  }),
  at('a stream without duplex is refused', async (fetch, base) =>
    failure(() => fetch(`${base}/echo`, { method: 'POST', body: streamOf('x') })),
  ),
  at('a stream that fails fails the call', async (fetch, base) => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new RangeError('the source ran dry'))
      },
    })
    return failure(() => fetch(`${base}/echo`, { method: 'POST', body, duplex: 'half' }))
  }),
  at('an empty body and no body', async (fetch, base) => [
    await json(await fetch(`${base}/echo`, { method: 'POST', body: '' })),
    await json(await fetch(`${base}/echo`, { method: 'POST' })),
  ]),
]

const RESPONSES: readonly PlatformCase[] = [
  at('the response is a Response of the platform', async (fetch, base) => {
    const response = await fetch(`${base}/text`)
    const { ok, status, statusText, redirected, type, bodyUsed } = response
    const classes = [
      response instanceof Response,
      response.headers instanceof Headers,
      response.body instanceof ReadableStream,
    ]
    return {
      ok,
      status,
      statusText,
      redirected,
      type,
      bodyUsed,
      classes,
      url: new URL(response.url).pathname,
    }
  }),
  at('a call gives a Promise', async (fetch, base) => {
    const promise = fetch(`${base}/text`)
    const given = [promise instanceof Promise, Object.prototype.toString.call(promise)]
    await (await promise).text()
    return given
  }),
  at('a body is read as text, json, bytes, blob and form data', async (fetch, base) => {
    const form = new FormData()
    form.set('a', 'b')
    const url = `${base}/echo`
    const blob = await (await fetch(url)).blob()
    const bytes = await (await fetch(url)).arrayBuffer()
    return [
      await (await fetch(`${base}/text`)).text(),
      typeof (await json(await fetch(url))),
      blob instanceof Blob,
      blob.type,
      bytes.byteLength,
      await failure(async () => (await fetch(`${base}/text`)).json()),
    ]
  }),
  at('a body is read once', async (fetch, base) => {
    const response = await fetch(`${base}/text`)
    return [await response.text(), response.bodyUsed, await failure(() => response.text())]
  }),
  at('a cloned response is read twice', async (fetch, base) => {
    const response = await fetch(`${base}/text`)
    const copy = response.clone()
    return [await response.text(), await copy.text()]
  }),
  at('header fields, several set-cookie included', async (fetch, base) => {
    const { headers } = await fetch(`${base}/headers`)
    return [headers.get('x-answer'), headers.getSetCookie(), headers.get('X-ANSWER')]
  }),
  at('4xx and 5xx resolve', async (fetch, base) => {
    const codes: unknown[] = []
    for (const code of [400, 404, 410, 500, 501]) {
      const { status, ok } = await fetch(`${base}/status?code=${code}`, { method: 'POST' })
      codes.push([status, ok])
    }
    return codes
  }),
  at('204 and 304 have no body', async (fetch, base) => {
    const results: unknown[] = []
    for (const code of [204, 304]) {
      const response = await fetch(`${base}/status?code=${code}`)
      results.push([response.status, response.body === null, await response.text()])
    }
    return results
  }),
  at('compressed bodies arrive as they were', async (fetch, base) => {
    const texts: string[] = []
    for (const how of ['gzip', 'deflate', 'br']) {
      texts.push(await (await fetch(`${base}/encoded?how=${how}`)).text())
    }
    return texts
  }),
  at('an empty body ends', async (fetch, base) => {
    const response = await fetch(`${base}/status?code=200`)
    return [response.body === null, await response.text()]
  }),
  at('a body that nobody reads does no harm', async (fetch, base) => {
    const { status } = await fetch(`${base}/large?bytes=1000`)
    return [status, (await fetch(`${base}/text`)).status]
  }),
  at('a body is read half and given up', async (fetch, base) => {
    const response = await fetch(`${base}/large?bytes=3000000`)
    const reader = response.body!.getReader()
    const { done, value } = await reader.read()
    await reader.cancel('enough')
    return [done, (value?.byteLength ?? 0) > 0, (await fetch(`${base}/text`)).status]
  }),
  at('a large body arrives whole', async (fetch, base) => {
    const bytes = await (await fetch(`${base}/large?bytes=3000000`)).arrayBuffer()
    return bytes.byteLength
  }),
  at('a chunked body that breaks off fails while it is read', async (fetch, base) => {
    const response = await fetch(`${base}/early-end`)
    return [response.status, await failure(() => response.text())]
  }),
]

const REDIRECTS: readonly PlatformCase[] = [
  at('redirects are followed, and the method changes as the standard says', async (fetch, base) => {
    const answers: unknown[] = []
    for (const code of [301, 302, 303, 307, 308]) {
      const url = `${base}/redirect?code=${code}`
      const response = await fetch(url, { method: 'POST', body: 'x' })
      answers.push([response.redirected, new URL(response.url).pathname, await json(response)])
    }
    return answers
  }),
  at('a stream cannot follow a redirect that keeps the body', async (fetch, base) => {
    const url = `${base}/redirect?code=307`
    const body = streamOf('x')
    return failure(() => fetch(url, { method: 'POST', body, duplex: 'half' }))
  }),
  at('redirect: manual shows the redirect', async (fetch, base) => {
    const response = await fetch(`${base}/redirect`, { redirect: 'manual' })
    return [response.status, response.type, response.headers.get('location')]
  }),
  at('redirect: error rejects', async (fetch, base) =>
    failure(() => fetch(`${base}/redirect`, { redirect: 'error' })),
  ),
  at('an endless redirect rejects', async (fetch, base) => failure(() => fetch(`${base}/loop`))),
  at('authorization goes no further than its origin', async (fetch, base) => {
    const elsewhere = base.replace('127.0.0.1', 'localhost')
    const to = encodeURIComponent(`${elsewhere}/echo`)
    const headers = { authorization: 'Bearer x' }
    return json(await fetch(`${base}/redirect?to=${to}`, { headers }))
  }),
]

class Stop extends Error {
  override readonly name = 'Stop'
}

/** Aborts `controller` in the next turn of the event loop, when the request is on its way. */
function soon(controller: AbortController, reason?: unknown): void {
  setImmediate(() => controller.abort(reason))
}

const ABORTS: readonly PlatformCase[] = [
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

const FAILURES: readonly PlatformCase[] = [
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
    failure(() => fetch(`${base}/text`, { body: 'x' })),
  ),
  at('a header that is none', async (fetch, base) =>
    failure(() => fetch(`${base}/text`, { headers: { 'a b': 'c' } })),
  ),
  at('an init that is no object', async (fetch, base) =>
    failure(() => fetch(`${base}/text`, 7 as unknown as RequestInit)),
  ),
  at('nobody listens', async (fetch) =>
    failure(() => fetch('http://127.0.0.1:1/', { method: 'POST' })),
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

const FUNCTION: readonly PlatformCase[] = [
  at('the function is called fetch and takes one argument', async (fetch) => [
    fetch.name,
    fetch.length,
    typeof fetch,
    Object.keys(fetch),
    Object.getOwnPropertySymbols(fetch).length,
  ]),
  at('many calls at once', async (fetch, base) => {
    const urls = Array.from({ length: 50 }, (_, index) => `${base}/echo?n=${index}`)
    const answers = await Promise.all(urls.map(async (url) => json(await fetch(url))))
    return answers.map((answer) => (answer as { readonly url: string }).url)
  }),
]

export const platformCases: readonly PlatformCase[] = [
  ...FUNCTION,
  ...REQUESTS,
  ...BODIES,
  ...RESPONSES,
  ...REDIRECTS,
  ...ABORTS,
  ...FAILURES,
]
