import { at, failure, json, type PlatformCase } from './case.ts'

export const REQUEST_OBJECTS: readonly PlatformCase[] = [
  at('a subclass of Request is a Request', async (fetch, base) => {
    class Own extends Request {
      readonly extra = 1
    }
    const request = new Own(`${base}/echo`, {
      method: 'PUT',
      body: 'own',
      headers: { 'x-own': '1' },
    })
    return [await json(await fetch(request)), request.bodyUsed]
  }),
  at('a Request that shows something else is sent as what it is', async (fetch, base) => {
    class Liar extends Request {
      constructor(url: string, init: RequestInit) {
        super(url, init)
        Object.defineProperties(this, {
          url: { get: () => 'http://elsewhere.test/' },
          method: { get: () => 'DELETE' },
        })
      }
    }
    return json(await fetch(new Liar(`${base}/echo`, { method: 'PUT', body: 'x' })))
  }),
  at('an object that looks like a Request is none', async (fetch, base) => {
    const lookalike = { url: `${base}/echo`, method: 'GET', headers: new Headers() }
    return failure(() => fetch(lookalike as unknown as Request))
  }),
  at('values of init that are none are refused', async (fetch, base) => {
    const results: unknown[] = []
    for (const init of [
      { method: '' },
      { method: 'a b' },
      { method: 'TRACE' },
      { method: 'track' },
      { mode: 'navigate' },
      { mode: 'own' },
      { credentials: 'own' },
      { cache: 'own' },
      { cache: 'only-if-cached' },
      { redirect: 'own' },
      { referrer: 'http://[' },
      { referrerPolicy: 'own' },
      { window: 'own' },
      { integrity: Symbol('x') },
      { duplex: 'full', method: 'POST', body: new Blob(['x']).stream() },
      { priority: 'own' },
      { headers: null },
      { dispatcher: 7 },
    ] as unknown as RequestInit[]) {
      results.push(await failure(async () => (await fetch(`${base}/text`, init)).status))
    }
    return results
  }),
  at('values of init that are ones are taken', async (fetch, base) => {
    const results: unknown[] = []
    for (const init of [
      { mode: 'cors' },
      { mode: 'same-origin' },
      { mode: 'no-cors' },
      { credentials: 'omit' },
      { credentials: 'include' },
      { cache: 'no-store' },
      { cache: 'reload' },
      { cache: 'no-cache' },
      { cache: 'force-cache' },
      { referrer: '' },
      { referrer: 'about:client' },
      { referrerPolicy: 'no-referrer' },
      { window: null },
      { method: undefined, body: undefined, headers: undefined },
      { method: 'pAtCh', body: 'x' },
      { method: 'oPtIoNs' },
      { method: "own!#$%&'*+-.^_`|~" },
      { priority: 'low' },
      { own: 'unknown' },
      null,
      undefined,
      [],
      () => {},
    ] as unknown as RequestInit[]) {
      results.push(await failure(async () => json(await fetch(`${base}/echo`, init))))
    }
    return results
  }),
  at('an init without a prototype, or frozen, is taken', async (fetch, base) => {
    const bare = Object.assign(Object.create(null) as RequestInit, { method: 'POST', body: 'x' })
    return [
      await json(await fetch(`${base}/echo`, bare)),
      await json(await fetch(`${base}/echo`, Object.freeze({ ...bare }))),
    ]
  }),
  at('a member of init that is not enumerable counts', async (fetch, base) => {
    const init = Object.defineProperty({ body: 'x' }, 'method', { value: 'PUT' })
    return json(await fetch(`${base}/echo`, init))
  }),
  at('an init changed after the call changes nothing', async (fetch, base) => {
    const init: RequestInit = { method: 'POST', body: 'before' }
    const call = fetch(`${base}/echo`, init)
    init.method = 'DELETE'
    init.body = 'after'
    return json(await call)
  }),
  at('a Request is left as it was by what fails before it is sent', async (fetch, base) => {
    const request = new Request(`${base}/echo`, { method: 'POST', body: 'x' })
    const refused = await failure(() => fetch(request, { mode: 'navigate' }))
    return [refused, request.bodyUsed]
  }),
  at('integrity that matches, of whatever algorithm', async (fetch, base) => {
    const results: unknown[] = []
    for (const integrity of [
      'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
      'sha384-WeF0h3dEjGnea4ANejO7+5/xtGPkQ1TDVTvNucZm+pASWjx5+QOXvfX2oT3oKGhP',
      'sha256-AAAA sha384-WeF0h3dEjGnea4ANejO7+5/xtGPkQ1TDVTvNucZm+pASWjx5+QOXvfX2oT3oKGhP',
      'md5-AAAA',
      'sha256-AAAA',
      'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=?own',
      'sha256-LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ',
      '',
      'nothing at all',
    ]) {
      results.push([
        integrity,
        await failure(async () => (await fetch(`${base}/text`, { integrity })).text()),
      ])
    }
    return results
  }),
]

export const OBJECTS: readonly PlatformCase[] = [
  at('a response is an object as the platform makes it', async (fetch, base) => {
    const response = await fetch(`${base}/text`)
    const members: unknown[] = [
      Object.getOwnPropertyNames(response),
      Object.getPrototypeOf(response) === Response.prototype,
      Object.prototype.toString.call(response),
      Object.isFrozen(response),
      await failure(async () => structuredClone(response)),
      response.body === response.body,
      response.headers === response.headers,
    ]
    await response.text()
    return members
  }),
  at('promises settle in the order in which their calls were made', async (fetch) => {
    const order: number[] = []
    const calls = [1, 2, 3].map((number) => fetch('data:,x').then(() => order.push(number)))
    await Promise.all(calls)
    return order
  }),
  at('fetch has the properties of the platform', async (fetch) => [
    Object.getOwnPropertyNames(fetch),
    Object.getOwnPropertyDescriptor(fetch, 'name'),
    Object.getOwnPropertyDescriptor(fetch, 'length'),
    Object.prototype.toString.call(fetch),
    Object.getPrototypeOf(fetch) === Function.prototype,
    Object.isExtensible(fetch),
  ]),
  at('fetch may be called on anything, or bound', async (fetch, base) => {
    const bound = fetch.bind(undefined, `${base}/text`)
    return [
      await (await fetch.call({}, `${base}/text`)).text(),
      await (await Reflect.apply(fetch, null, [`${base}/text`])).text(),
      await (await bound()).text(),
    ]
  }),
]
