import { setTimeout as sleep } from 'node:timers/promises'
import { at, described, failure, json, shown, type PlatformCase } from './case.ts'
import { streamOf } from './requests.ts'

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

interface Tap {
  readonly stream: ReadableStream<Uint8Array>
  /** Chunks asked for so far. */
  pulled: number
  readonly cancelled: Promise<unknown>
}

/** A stream without end, that counts what is taken from it and keeps why it was given up. */
function endlessStream(chunk = 65_536): Tap {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const tap: Tap = {
    pulled: 0,
    cancelled: promise,
    stream: new ReadableStream({
      pull(controller) {
        tap.pulled++
        // So many come only when nothing holds them back.
        if (tap.pulled > 2_000) controller.close()
        else controller.enqueue(new Uint8Array(chunk))
      },
      cancel: resolve,
    }),
  }
  return tap
}

/** Waits until nothing more is taken. */
async function stalled(tap: Tap): Promise<void> {
  let quiet = 0
  for (let last = -1; quiet < 5; last = tap.pulled) {
    quiet = last === tap.pulled && last > 0 ? quiet + 1 : 0
    await sleep(10)
  }
}

/** Fetches by POST with a body that may be sent as a stream. */
function post(fetch: typeof globalThis.fetch, url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', body: body as string, duplex: 'half' })
}

export const UPLOADS: readonly PlatformCase[] = [
  at('a stream, a byte stream and an iterable go out chunk by chunk', async (fetch, base) => {
    const own = new ReadableStream({
      type: 'bytes',
      start(controller) {
        controller.enqueue(bytes('byte '))
        controller.enqueue(bytes('stream'))
        controller.close()
      },
    })
    async function* generated(): AsyncGenerator<Uint8Array> {
      yield bytes('iter')
      yield bytes('able')
    }
    const answers: unknown[] = []
    for (const body of [streamOf('a', 'b'), own, generated(), streamOf()]) {
      answers.push(await json(await post(fetch, `${base}/echo`, body)))
    }
    return answers
  }),
  at('a stream with a declared length goes out under it', async (fetch, base) => {
    const headers = { 'content-length': '5' }
    const init = { method: 'POST', headers, duplex: 'half' } as const
    return [
      await json(await fetch(`${base}/echo`, { ...init, body: streamOf('he', 'llo') })),
      await failure(() => fetch(`${base}/echo`, { ...init, body: streamOf('hello you') })),
    ]
  }),
  at('a chunk that is no bytes', async (fetch, base) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue('text')
        controller.close()
      },
    })
    return failure(() => shown(post(fetch, `${base}/echo`, body)))
  }),
  at('a stream that fails after its first chunk fails the call', async (fetch, base) => {
    let left = 1
    const body = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(bytes('first'))
        else controller.error(new RangeError('the source ran dry'))
      },
    })
    return failure(() => post(fetch, `${base}/echo`, body))
  }),
  at('a stream that is locked or was read from is refused', async (fetch, base) => {
    const locked = streamOf('x')
    locked.getReader()
    const used = streamOf('x', 'y')
    const reader = used.getReader()
    await reader.read()
    reader.releaseLock()
    return [
      await failure(() => post(fetch, `${base}/echo`, locked)),
      await failure(() => post(fetch, `${base}/echo`, used)),
    ]
  }),
  at('an upload that the origin does not take is held back', async (fetch, base) => {
    const tap = endlessStream()
    const controller = new AbortController()
    const { signal } = controller
    const call = fetch(`${base}/deaf`, { method: 'POST', body: tap.stream, duplex: 'half', signal })
    const ended = failure(() => call)
    await stalled(tap)
    const heldBack = tap.pulled < 1_000
    const reason = new RangeError('given up')
    controller.abort(reason)
    return [heldBack, await ended]
  }),
  at('an abort before the call leaves the stream to nobody', async (fetch, base) => {
    const tap = endlessStream()
    const reason = new RangeError('given up')
    const signal = AbortSignal.abort(reason)
    const init = { method: 'POST', body: tap.stream, duplex: 'half', signal } as const
    const rejected = await failure(() => fetch(`${base}/echo`, init))
    return [rejected, (await tap.cancelled) === reason, tap.stream.locked]
  }),
  at('an answer can be read while the request still goes out', async (fetch, base) => {
    let push: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        push = controller
        controller.enqueue(bytes('one'))
      },
    })
    const response = await post(fetch, `${base}/mirror`, body)
    const reader = response.body?.getReader()
    const text = async (): Promise<string> =>
      Buffer.from((await reader?.read())?.value ?? []).toString()
    const first = await text()
    push?.enqueue(bytes('two'))
    const second = await text()
    push?.close()
    return [response.status, first, second, (await reader?.read())?.done]
  }),
  at(
    'a Request with a stream says that its body is used, and cannot be sent twice',
    async (fetch, base) => {
      const request = new Request(`${base}/echo`, {
        method: 'POST',
        body: streamOf('x'),
        duplex: 'half',
      })
      const before = [request.bodyUsed, request.body?.locked]
      const answer = await json(await fetch(request))
      return [before, answer, request.bodyUsed, await failure(() => fetch(request))]
    },
  ),
  at('both halves of a cloned Request with a stream arrive', async (fetch, base) => {
    const request = new Request(`${base}/echo`, {
      method: 'PUT',
      body: streamOf('a', 'b'),
      duplex: 'half',
    })
    const copy = request.clone()
    return Promise.all([fetch(request).then(json), fetch(copy).then(json)])
  }),
  at('an answer that comes before the body was read is an answer', async (fetch, base) =>
    shown(fetch(`${base}/early`, { method: 'POST', body: 'x'.repeat(1_000) })),
  ),
]

export const UPLOAD_TYPES: readonly PlatformCase[] = [
  at('every view of a buffer goes out as its bytes', async (fetch, base) => {
    const { buffer } = bytes('0123456789abcdef')
    const bodies = [
      new DataView(buffer, 2, 4),
      new Uint16Array(buffer, 4, 2),
      new Uint8Array(buffer, 15),
      Buffer.from('a buffer of Node'),
    ]
    const answers: unknown[] = []
    for (const body of bodies) answers.push(await json(await post(fetch, `${base}/echo`, body)))
    return answers
  }),
  at('what is no body becomes text', async (fetch, base) => {
    const answers: unknown[] = []
    // oxlint-disable-next-line unicorn/new-for-builtins -- that is the case
    for (const body of [7, true, new String('boxed'), { toString: () => 'own' }, null]) {
      answers.push(await json(await post(fetch, `${base}/echo`, body)))
    }
    return answers
  }),
  at('the content type is that of the body, or the own one', async (fetch, base) => {
    const headers = { 'content-type': 'application/own' }
    const form = new FormData()
    form.append('name', 'ünï "quoted"\r\nline')
    form.append('name', new File(['1'], 'ä".txt', { type: 'text/x' }))
    form.append('name', new File([], 'empty'))
    const answers: unknown[] = []
    for (const body of [
      'text',
      new URLSearchParams([
        ['a', '1'],
        ['a', 'ü'],
      ]),
      new Blob(['b']),
      form,
    ]) {
      answers.push(await json(await fetch(`${base}/echo`, { method: 'POST', body })))
      if (body !== form) {
        answers.push(await json(await fetch(`${base}/echo`, { method: 'POST', body, headers })))
      }
    }
    return answers
  }),
  at('what cannot be made text rejects with its own error', async (fetch, base) => [
    await failure(() => post(fetch, `${base}/echo`, Symbol('no text'))),
    await failure(() =>
      post(fetch, `${base}/echo`, {
        toString() {
          throw new RangeError('no text here')
        },
      }),
    ),
  ]),
  at('keepalive takes a body, and no stream', async (fetch, base) => {
    const init = { method: 'POST', keepalive: true } as const
    return [
      await json(await fetch(`${base}/echo`, { ...init, body: 'small' })),
      await failure(() => fetch(`${base}/echo`, { ...init, body: streamOf('x'), duplex: 'half' })),
    ]
  }),
  at('a body changed after the call goes out as it was', async (fetch, base) => {
    const view = bytes('before')
    const params = new URLSearchParams({ a: 'before' })
    const calls = [view, params].map((body) => fetch(`${base}/echo`, { method: 'POST', body }))
    view.set(bytes('after!'))
    params.set('a', 'after')
    const answers: unknown[] = []
    for (const call of calls) answers.push(await json(await call))
    return answers
  }),
  at('an abort while the body goes out ends with its reason', async (fetch, base) => {
    const tap = endlessStream()
    const controller = new AbortController()
    const { signal } = controller
    const call = fetch(`${base}/echo`, { method: 'POST', body: tap.stream, duplex: 'half', signal })
    const reason = new RangeError('enough sent')
    const ended = call.catch((error: unknown) => [error === reason, described(error)])
    while (tap.pulled < 3) await sleep(1)
    controller.abort(reason)
    return ended
  }),
]
