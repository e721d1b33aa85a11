import { at, failure, json, type PlatformCase } from './case.ts'

/** A stream of a request body, chunk by chunk. */
export function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  const left = [...chunks]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(next))
    },
  })
}

export const REQUESTS: readonly PlatformCase[] = [
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

export const BODIES: readonly PlatformCase[] = [
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
  at('a member of init that cannot be read rejects, and does not throw', async (fetch, base) => {
    const init: RequestInit = {
      get method(): string {
        throw new RangeError('no method')
      },
    }
    const answer: unknown = fetch(`${base}/text`, init)
    return [answer instanceof Promise, await failure(() => answer as Promise<Response>)]
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
