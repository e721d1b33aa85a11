import fc from 'fast-check'
import { memoryRecorder } from '@plimsoll/policies/testing'
import { request as bareRequest, type Dispatcher } from 'undici'
import { expect, test } from 'vitest'
import { createClient } from '../src/index.ts'

/** A network that keeps what it is asked for and refuses it. */
function refusing(): { readonly dispatcher: Dispatcher; readonly asked: string[] } {
  const asked: string[] = []
  const dispatcher = {
    dispatch(
      { origin, path, method }: Dispatcher.DispatchOptions,
      handler: Dispatcher.DispatchHandler,
    ) {
      asked.push(`${method} ${String(origin)} ${path}`)
      const controller = {} as Dispatcher.DispatchController
      queueMicrotask(() => handler.onResponseError?.(controller, new Error('refused')))
      return true
    },
  }
  return { dispatcher: dispatcher as unknown as Dispatcher, asked }
}

const head = fc.constantFrom(
  'http://a.test',
  'HTTP://a.test',
  'http://A.test',
  'http://a.test:8080',
  'http://a.test:80',
  'http://a.test:08080',
  'https://a.test',
  'http:/a.test',
  'http:a.test',
  ' http://a.test',
  'http://a.test.',
  'http://user:secret@a.test',
  'http://a.test@b.test',
  'http://a.test\t',
  'http://[::1]',
  'http://127.1',
  'no url',
)
const PIECES = '/ // \\ ? # . .. /../ /./ %2e%2e % x a=b & @ é 日 🙂 " \' < ` { | ^ [ : ; ~'.split(
  ' ',
)
const tail = fc.array(fc.constantFrom(...PIECES, ' ', '\t', '\n', '\uD800'), { maxLength: 7 })
const text = fc.tuple(head, tail).map(([first, rest]) => first + rest.join(''))

test('whatever the text of a URL, a request asks the same as that of undici, and a fetch the same host', async () => {
  const bare = refusing()
  const ours = refusing()
  const recorder = memoryRecorder()
  const client = createClient({
    recorder,
    dispatcher: ours.dispatcher,
    defaults: { breaker: false, retry: false },
  })
  // Known hosts are found without reading the URL.
  for (const known of [
    'http://a.test/',
    'http://a.test:8080/',
    'https://a.test/',
    'http://[::1]/',
  ]) {
    await client.request(known).catch(() => {})
  }

  await fc.assert(
    fc.asyncProperty(text, async (url) => {
      bare.asked.length = ours.asked.length = 0
      recorder.clear()
      // undici's own throws for what it cannot read.
      await (async () => bareRequest(url, { dispatcher: bare.dispatcher }))().catch(() => {})
      await client.request(url).catch(() => {})
      expect(ours.asked).toEqual(bare.asked)

      const read = URL.parse(url)
      const { address } = recorder.of('call')[0]?.subject ?? {}
      expect(address).toBe(bare.asked.length === 0 ? undefined : hostIn(read))
      recorder.clear()
      await client.fetch(url).catch(() => {})
      expect(recorder.of('call')[0]?.subject.address).toBe(hostIn(read))
    }),
    { numRuns: 2_000 },
  )
})

function hostIn(url: URL | null): string | undefined {
  return url?.hostname.replaceAll(/^\[|\]$/gu, '')
}
