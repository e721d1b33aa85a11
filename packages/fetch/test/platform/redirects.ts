import { at, failure, json, newId, raw, shown, type PlatformCase } from './case.ts'

const CODES = [301, 302, 303, 307, 308]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OWN']

function redirect(base: string, to: string, code = 302): string {
  return `${base}/redirect?code=${code}&to=${encodeURIComponent(to)}`
}

/** The same server under another name is another origin. */
const elsewhere = (base: string): string => base.replace('127.0.0.1', 'localhost')

export const MORE_REDIRECTS: readonly PlatformCase[] = [
  at('every method follows every redirect as the standard says', async (fetch, base) => {
    const results: unknown[] = []
    for (const code of CODES) {
      for (const method of METHODS) {
        const body = method === 'GET' || method === 'HEAD' ? null : 'body'
        const headers = { 'content-language': 'de', 'content-type': 'text/own', 'x-own': '1' }
        const response = await fetch(redirect(base, '/echo', code), { method, body, headers })
        results.push([code, method, response.redirected, await failure(() => json(response))])
      }
    }
    return results
  }),
  at('bodies that can be sent again are', async (fetch, base) => {
    const form = new FormData()
    form.set('a', new Blob(['content']), 'file')
    const results: unknown[] = []
    for (const body of [
      form,
      new Blob(['blob']),
      new URLSearchParams('a=1'),
      new Uint8Array([65]),
    ]) {
      const url = redirect(base, '/echo', 308)
      results.push(await failure(async () => json(await fetch(url, { method: 'POST', body }))))
    }
    const request = new Request(redirect(base, '/echo', 307), {
      method: 'PUT',
      body: 'of a Request',
    })
    results.push(await failure(async () => json(await fetch(request))))
    return results
  }),
  at('a stream follows where its body is dropped', async (fetch, base) => {
    const body = new Blob(['x']).stream()
    const url = redirect(base, '/echo', 303)
    return json(await fetch(url, { method: 'POST', body, duplex: 'half' }))
  }),
  at('locations are relative, absolute, with fragments, and odd', async (fetch, base) => {
    const { host } = new URL(base)
    const results: unknown[] = []
    for (const to of [
      'text',
      './text?x#own',
      `//${host}/text`,
      '/text#',
      '?to=/text&code=301',
      'HTTP:text',
      '/t%65xt/..//text',
    ]) {
      results.push([to, await failure(() => shown(fetch(`${redirect(base, to)}#of-the-call`)))])
    }
    return results
  }),
  at('locations that lead nowhere fail', async (fetch, base) => {
    const { host } = new URL(base)
    const results: unknown[] = []
    for (const to of [
      'http://[',
      'data:text/plain,x',
      'file:///etc/hostname',
      'about:blank',
      'own:x',
      `http://u:p@${host}/text`,
      'http://127.0.0.1:6667/',
    ]) {
      results.push([to, await failure(() => shown(fetch(redirect(base, to))))])
    }
    return results
  }),
  at('a redirect without location, or of another kind, is an answer', async (fetch, base) => {
    const results: unknown[] = []
    for (const line of [
      '302 Found',
      '300 Multiple Choices\r\nlocation: /text',
      '304 Not Modified\r\nlocation: /text',
      '305 Use Proxy\r\nlocation: /text',
      '306 Unused\r\nlocation: /text',
      '200 OK\r\nlocation: /text',
      '201 Created\r\nlocation: /text',
      '302 Found\r\nlocation:',
    ]) {
      const answer = `HTTP/1.1 ${line}\r\ncontent-length: 0\r\n\r\n`
      results.push([line, await failure(() => shown(raw(fetch, base, answer)))])
    }
    return results
  }),
  at('twenty redirects are followed, and no more', async (fetch, base) => [
    await shown(fetch(`${base}/hops?left=20`)),
    await failure(() => fetch(`${base}/hops?left=21`)),
  ]),
  at('what belongs to one origin is not sent to another', async (fetch, base) => {
    const headers = {
      authorization: 'Bearer x',
      cookie: 'a=1',
      'proxy-authorization': 'Basic x',
      'x-own': 'goes',
    }
    const there = `${elsewhere(base)}/echo`
    const back = redirect(elsewhere(base), `${base}/echo`)
    return [
      await json(await fetch(redirect(base, '/echo'), { headers })),
      await json(await fetch(redirect(base, there), { headers })),
      await json(await fetch(redirect(base, back), { headers })),
      await json(await fetch(redirect(base, there, 307), { method: 'POST', body: 'x', headers })),
    ]
  }),
  at('a redirect can be shown or refused, of each kind', async (fetch, base) => {
    const results: unknown[] = []
    for (const code of CODES) {
      for (const mode of ['manual', 'error'] as const) {
        const url = redirect(base, '/text', code)
        results.push(await failure(() => shown(fetch(url, { redirect: mode }))))
      }
    }
    return results
  }),
  at('a redirect that is shown keeps its body', async (fetch, base) => {
    const answer = 'HTTP/1.1 302 Found\r\nlocation: /text\r\ncontent-length: 4\r\n\r\nbody'
    const url = `${base}/raw?bytes=${encodeURIComponent(answer)}`
    return failure(() => shown(fetch(url, { redirect: 'manual' })))
  }),
  at('a redirect whose target breaks off fails', async (fetch, base) =>
    failure(() => fetch(redirect(base, '/reset', 307), { method: 'POST', body: 'x' })),
  ),
  at('an abort after a redirect ends with its reason', async (fetch, base) => {
    const controller = new AbortController()
    const reason = new RangeError('too far')
    const id = newId()
    const call = fetch(redirect(base, `/hang?id=${id}`), { signal: controller.signal })
    const ended = call.catch((error: unknown) => error === reason)
    await fetch(`${base}/when?id=${id}`)
    controller.abort(reason)
    return ended
  }),
]
