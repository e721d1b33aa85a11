import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { at, failure, json, newId, raw, shown, type PlatformCase } from './case.ts'

interface State {
  readonly bytes: number
  readonly closed: boolean
}

/** What the origin knows of an answer without end, when it changes no more. */
async function settledState(
  fetch: typeof globalThis.fetch,
  base: string,
  id: string,
): Promise<State> {
  let last: State = { bytes: -1, closed: false }
  for (let quiet = 0; quiet < 5;) {
    const state = (await json(await fetch(`${base}/endless-state?id=${id}`))) as State
    if (state.closed) return state
    quiet = state.bytes === last.bytes ? quiet + 1 : 0
    last = state
    await sleep(10)
  }
  return last
}

/** Waits until the origin sees its answer given up. */
async function givenUp(fetch: typeof globalThis.fetch, base: string, id: string): Promise<boolean> {
  for (let tries = 0; tries < 500; tries++) {
    const { closed } = (await json(await fetch(`${base}/endless-state?id=${id}`))) as State
    if (closed) return true
    await sleep(10)
  }
  return false
}

export const DOWNLOADS: readonly PlatformCase[] = [
  at('chunks are Uint8Arrays, and add up', async (fetch, base) => {
    const response = await fetch(`${base}/large?bytes=300000`)
    let total = 0
    const kinds = new Set<string>()
    for await (const chunk of response.body ?? []) {
      total += chunk.byteLength
      kinds.add(Object.prototype.toString.call(chunk))
    }
    return [total, [...kinds], response.bodyUsed, response.body?.locked]
  }),
  at('a body is a byte stream that fills the buffers of its reader', async (fetch, base) => {
    const { body } = await fetch(`${base}/large?bytes=100000`)
    const reader = body?.getReader({ mode: 'byob' })
    const first = await reader?.read(new Uint8Array(10))
    let total = first?.value?.byteLength ?? 0
    for (;;) {
      const next = await reader?.read(new Uint8Array(5_000))
      if (next?.done !== false) break
      total += next.value.byteLength
    }
    return [first?.value?.byteLength, total]
  }),
  at('both branches of a tee give all', async (fetch, base) => {
    const response = await fetch(`${base}/large?bytes=200000`)
    const [left, right] = response.body?.tee() ?? []
    const size = async (stream: ReadableStream | undefined): Promise<number> =>
      (await new Response(stream).arrayBuffer()).byteLength
    return [
      await size(left),
      await size(right),
      response.bodyUsed,
      await failure(() => response.text()),
    ]
  }),
  at('a branch that is given up does not end the other', async (fetch, base) => {
    const response = await fetch(`${base}/large?bytes=200000`)
    const copy = response.clone()
    // It settles when the other branch is over as well.
    const cancelled = copy.body?.cancel('one is enough')
    const { byteLength } = await response.arrayBuffer()
    await cancelled
    return [byteLength, copy.bodyUsed]
  }),
  at('a response that was read cannot be cloned', async (fetch, base) => {
    const response = await fetch(`${base}/text`)
    await response.text()
    return failure(async () => response.clone())
  }),
  at('a clone shows the same as its original', async (fetch, base) => {
    const response = await fetch(`${base}/headers`)
    return [await shown(response.clone()), await shown(response)]
  }),
  at('a body passes through transforms', async (fetch, base) => {
    const packed = gzipSync('unpacked by the program')
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${packed.length}\r\n\r\n`
    const response = await raw(fetch, base, Buffer.concat([Buffer.from(head), packed]))
    const stream = response.body
      ?.pipeThrough(new DecompressionStream('gzip'))
      .pipeThrough(new TextDecoderStream())
    let text = ''
    for await (const piece of stream ?? []) text += piece
    return text
  }),
  at('an answer that nobody reads is held back', async (fetch, base) => {
    const id = newId()
    const response = await fetch(`${base}/endless?id=${id}`)
    const { bytes } = await settledState(fetch, base, id)
    await response.body?.cancel()
    return [bytes > 0, bytes < 50_000_000, await givenUp(fetch, base, id)]
  }),
  at('giving up a body ends the answer of the origin', async (fetch, base) => {
    const id = newId()
    const response = await fetch(`${base}/endless?id=${id}`)
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel(new RangeError('enough read'))
    const after = await reader?.read()
    return [after?.done, response.bodyUsed, await givenUp(fetch, base, id)]
  }),
  at('leaving a loop over a body gives it up', async (fetch, base) => {
    const id = newId()
    const response = await fetch(`${base}/endless?id=${id}`)
    for await (const _ of response.body ?? []) break
    return [response.bodyUsed, await givenUp(fetch, base, id), await failure(() => response.text())]
  }),
  at('an abort while a body is read ends the answer of the origin', async (fetch, base) => {
    const id = newId()
    const controller = new AbortController()
    const response = await fetch(`${base}/endless?id=${id}`, { signal: controller.signal })
    const reader = response.body?.getReader()
    await reader?.read()
    const reason = new RangeError('given up')
    controller.abort(reason)
    let error: unknown
    try {
      for (;;) if ((await reader?.read())?.done === true) break
    } catch (thrown) {
      error = thrown
    }
    return [error === reason, await givenUp(fetch, base, id)]
  }),
  at('a locked body cannot be given up, nor read by another', async (fetch, base) => {
    const response = await fetch(`${base}/text`)
    const reader = response.body?.getReader()
    const results = [
      await failure(async () => response.body?.cancel()),
      await failure(() => response.text()),
      await failure(async () => response.clone()),
    ]
    await reader?.cancel()
    return results
  }),
]

const CRLF = '\r\n'
const typed = (type: string, body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`

export const READINGS: readonly PlatformCase[] = [
  at('a form is read, or refused', async (fetch, base) => {
    const entries = async (answer: Promise<Response>): Promise<unknown> => {
      const form = await (await answer).formData()
      const values: unknown[] = []
      for (const [name, value] of form) {
        values.push([
          name,
          typeof value === 'string' ? value : [value.name, value.type, await value.text()],
        ])
      }
      return values
    }
    const part = `--b${CRLF}content-disposition: form-data; name="a"; filename="f"${CRLF}content-type: text/x${CRLF}${CRLF}1${CRLF}--b--${CRLF}`
    const answers: unknown[] = []
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', 'a=1&a=%C3%BC&b'],
      ['multipart/form-data; boundary=b', part],
      ['multipart/form-data; boundary=b', part.slice(0, 30)],
      ['multipart/form-data', part],
      ['text/plain', 'a=1'],
    ] as const) {
      answers.push(await failure(() => entries(raw(fetch, base, typed(type, body)))))
    }
    return answers
  }),
  at('text is UTF-8 without its mark, whatever the type says', async (fetch, base) => {
    const text = async (body: string): Promise<string> =>
      (await raw(fetch, base, typed('text/plain; charset=latin1', body))).text()
    return [
      await text('\xEF\xBB\xBFwith a mark'),
      await text('\xC3\xBC'),
      await text('\xFFbroken\xC3'),
    ]
  }),
  at('JSON is read with its mark, and refused when it is none', async (fetch, base) => {
    const read = (body: string): Promise<unknown> =>
      failure(async () => (await raw(fetch, base, typed('application/json', body))).json())
    return [
      await read('\xEF\xBB\xBF{"a":1}'),
      await read(''),
      await read('{"a":'),
      await read('null'),
    ]
  }),
  at('bytes and blob keep what came', async (fetch, base) => {
    const type = 'Application/X-Own; Charset="utf-8"'
    const bytes = await (await raw(fetch, base, typed(type, '\x00\xFF'))).bytes()
    const blob = await (await raw(fetch, base, typed(type, '\x00\xFF'))).blob()
    return [[...bytes], blob.type, blob.size]
  }),
]
