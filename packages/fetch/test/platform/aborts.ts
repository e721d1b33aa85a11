import { getEventListeners } from 'node:events'
import { at, described, failure, json, type PlatformCase } from './case.ts'

type Fetch = typeof globalThis.fetch

/** What a call ends in when `abort` is called in the given phase. */
async function ending(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    return error
  }
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}

const REASONS: readonly unknown[] = [
  undefined,
  null,
  0,
  '',
  'text',
  Symbol.iterator,
  new RangeError('own'),
  { own: 1 },
]

export const MORE_ABORTS: readonly PlatformCase[] = [
  at('whatever the reason is, it comes back as it is, in each phase', async (fetch, base) => {
    const results: unknown[] = []
    for (const reason of REASONS) {
      const before = AbortSignal.abort(reason)
      const waiting = new AbortController()
      const late = ending(fetch(`${base}/hang`, { signal: waiting.signal }))
      await turns(3)
      waiting.abort(reason)
      const first = await ending(fetch(`${base}/text`, { signal: before }))
      const second = await late
      results.push([first === before.reason, second === waiting.signal.reason, described(first)])
    }
    return JSON.parse(
      JSON.stringify(results, (_, value: unknown) =>
        typeof value === 'symbol' ? String(value) : value,
      ),
    ) as unknown
  }),
  at('an abort while the connection is made ends with its reason', async (fetch, base) => {
    const port = String(await json(await fetch(`${base}/mute-port`)))
    const controller = new AbortController()
    const reason = new RangeError('not even connected')
    // The other side never answers the greeting of TLS.
    const call = ending(fetch(`https://127.0.0.1:${port}/`, { signal: controller.signal }))
    await turns(10)
    controller.abort(reason)
    return (await call) === reason
  }),
  at('an abort while the body comes is what reading it ends in', async (fetch, base) => {
    const controller = new AbortController()
    const response = await fetch(`${base}/trickle`, { signal: controller.signal })
    const copy = response.clone()
    const reason = new RangeError('read enough')
    const both = [ending(response.text()), ending(copy.text())]
    await turns(3)
    controller.abort(reason)
    const ended = await Promise.all(both)
    return [ended.map((error) => error === reason), response.bodyUsed, response.status]
  }),
  at('an abort before the body is read is what reading it ends in', async (fetch, base) => {
    const controller = new AbortController()
    const response = await fetch(`${base}/trickle`, { signal: controller.signal })
    const reason = new RangeError('do not begin')
    controller.abort(reason)
    return [(await ending(response.text())) === reason, response.bodyUsed]
  }),
  at('the first of several signals ends the call', async (fetch, base) => {
    const first = new AbortController()
    const second = new AbortController()
    const signal = AbortSignal.any([first.signal, second.signal, AbortSignal.timeout(60_000)])
    const call = ending(fetch(`${base}/hang`, { signal }))
    await turns(3)
    const reason = new RangeError('the second one')
    second.abort(reason)
    first.abort('the first one')
    return (await call) === reason
  }),
  at('a clock ends a call that has no end, by its headers or in its body', (fetch, base) =>
    failure(async () =>
      (await fetch(`${base}/trickle`, { signal: AbortSignal.timeout(50) })).text(),
    ),
  ),
  at('the signals of init and of a Request', async (fetch, base) => {
    const ofRequest = new AbortController()
    const ofInit = new AbortController()
    const request = new Request(`${base}/text`, { signal: ofRequest.signal })
    ofRequest.abort('of the request')
    return [
      await failure(() => fetch(request)),
      await failure(async () => (await fetch(request, { signal: ofInit.signal })).text()),
      await failure(async () => (await fetch(request, { signal: null })).text()),
      await failure(async () => (await fetch(`${base}/text`, { signal: null })).text()),
      await failure(() => fetch(`${base}/text`, { signal: {} as AbortSignal })),
      await failure(() => fetch(`${base}/text`, { signal: 'now' as unknown as AbortSignal })),
    ]
  }),
  at('a signal that is used a hundred times warns nobody', async (fetch, base) => {
    const warnings: string[] = []
    const hear = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', hear)
    const controller = new AbortController()
    const calls = Array.from({ length: 100 }, () =>
      ending(fetch(`${base}/hang`, { signal: controller.signal })),
    )
    await turns(5)
    controller.abort()
    await Promise.all(calls)
    await turns(2)
    process.off('warning', hear)
    return warnings
  }),
  at('a call that is over has left nothing on its signal', async (fetch, base) => {
    const { signal } = new AbortController()
    for (let call = 0; call < 5; call++) await (await fetch(`${base}/text`, { signal })).text()
    await turns(5)
    return getEventListeners(signal, 'abort').length
  }),
  at(
    'an aborted call is over for the program at once, a stream that is stuck included',
    async (fetch, base) => {
      const stuck = new ReadableStream({ pull: () => new Promise(() => {}) })
      const controller = new AbortController()
      const { signal } = controller
      const call = ending(
        fetch(`${base}/echo`, { method: 'POST', body: stuck, duplex: 'half', signal }),
      )
      await turns(5)
      const reason = new RangeError('stuck')
      controller.abort(reason)
      return (await call) === reason
    },
  ),
  at(
    'an abort in a listener of the same signal is heard in the order of listening',
    orderOfListeners,
  ),
]

async function orderOfListeners(fetch: Fetch, base: string): Promise<unknown> {
  const controller = new AbortController()
  const { signal } = controller
  const heard: string[] = []
  signal.addEventListener('abort', () => heard.push('before'))
  const call = ending(fetch(`${base}/hang`, { signal })).then(() => heard.push('rejected'))
  signal.addEventListener('abort', () => heard.push('after'))
  await turns(3)
  controller.abort()
  heard.push('aborted')
  await call
  return heard
}
