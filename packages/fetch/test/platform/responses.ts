import { at, failure, json, type PlatformCase } from './case.ts'
import { streamOf } from './requests.ts'

export const RESPONSES: readonly PlatformCase[] = [
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

export const REDIRECTS: readonly PlatformCase[] = [
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
