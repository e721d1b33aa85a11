import { at, failure, json, raw, shown, type PlatformCase } from './case.ts'
import { streamOf } from './requests.ts'

type Fetch = typeof globalThis.fetch

/** Names and values as they came over the wire, without those that differ from run to run. */
async function sent(fetch: Fetch, base: string, init: RequestInit): Promise<unknown> {
  const list = (await json(await fetch(`${base}/raw-headers`, init))) as string[]
  const pairs: string[][] = []
  for (let index = 0; index < list.length; index += 2) {
    if (list[index]?.toLowerCase() !== 'host') pairs.push(list.slice(index, index + 2))
  }
  return pairs
}

const headersOf = (value: unknown): RequestInit => ({
  headers: value as Headers,
})

export const REQUEST_FIELDS: readonly PlatformCase[] = [
  at('what a request without fields of its own sends', (fetch, base) => sent(fetch, base, {})),
  at('fields are given as an object, as pairs, as Headers and as a Map', async (fetch, base) => {
    const results: unknown[] = []
    for (const headers of [
      { 'X-Own': '1', 'x-other': '2' },
      [
        ['X-Own', '1'],
        ['x-own', '2'],
      ],
      new Headers([
        ['X-Own', '1'],
        ['X-OWN', '2'],
      ]),
      new Map([['X-Own', '1']]),
    ]) {
      results.push(await sent(fetch, base, headersOf(headers)))
    }
    return results
  }),
  at('fields that are none are refused', async (fetch, base) => {
    const results: unknown[] = []
    for (const headers of [
      [['only a name']],
      [['a', 'b', 'c']],
      'text',
      7,
      { '': 'no name' },
      { 'a:b': 'c' },
      { ünï: 'c' },
      { 'x-own': 'ł' },
      { 'x-own': 'a\0b' },
      { 'x-own': Symbol('no text') },
    ]) {
      results.push(await failure(() => fetch(`${base}/raw-headers`, headersOf(headers))))
    }
    return results
  }),
  at('no field can be smuggled in by a line end', async (fetch, base) => {
    const results: unknown[] = []
    for (const end of ['\r\n', '\n', '\r']) {
      const value = `a${end}x-smuggled: yes`
      results.push(await failure(() => fetch(`${base}/echo`, headersOf({ 'x-own': value }))))
      results.push(await failure(() => fetch(`${base}/echo`, headersOf({ [value]: 'x' }))))
      results.push(
        await failure(() => fetch(`${base}/echo`, { method: `GET${end}x-smuggled: yes` })),
      )
      results.push(await json(await fetch(`${base}/echo?a=${end}x-smuggled:yes`)))
    }
    return results
  }),
  at('values are trimmed, and may be empty or Latin-1', (fetch, base) =>
    sent(
      fetch,
      base,
      headersOf({ 'x-own': ' \t a  b\t', 'x-empty': '', 'x-latin': 'ünï', 'x-line': 'a\r\n' }),
    ),
  ),
  at('names that browsers forbid go out', (fetch, base) =>
    sent(
      fetch,
      base,
      headersOf({
        'accept-charset': 'utf-8',
        'access-control-request-method': 'GET',
        cookie: 'a=1; b=2',
        date: 'today',
        dnt: '1',
        origin: 'https://own.test',
        'proxy-own': '1',
        referer: 'https://own.test/page',
        'sec-own': '1',
        te: 'trailers',
        via: '1.1 own',
      }),
    ),
  ),
  at(
    'fields of the connection are refused, or the HTTP client has its way',
    async (fetch, base) => {
      const results: unknown[] = []
      for (const [name, value] of Object.entries({
        connection: 'close',
        'content-length': '3',
        expect: '100-continue',
        'keep-alive': 'timeout=5',
        'transfer-encoding': 'chunked',
        upgrade: 'websocket',
      })) {
        const headers = { [name]: value }
        results.push([name, await failure(() => sent(fetch, base, { method: 'POST', headers }))])
      }
      return results
    },
  ),
  at('a length of the own is judged by the body', async (fetch, base) => {
    const bodies = {
      text: 'abc',
      bytes: () => new Uint8Array(3),
      stream: () => streamOf('abc'),
      none: null,
    }
    const results: unknown[] = []
    for (const [name, given] of Object.entries(bodies)) {
      for (const length of ['3', '4', 'none']) {
        const body = typeof given === 'function' ? given() : given
        const init = {
          method: 'POST',
          body,
          duplex: 'half' as const,
          headers: new Headers({ 'Content-Length': length }),
        }
        results.push([name, length, await failure(() => sent(fetch, base, init))])
      }
    }
    return results
  }),
  at('own values of what the platform would add stay', (fetch, base) =>
    sent(
      fetch,
      base,
      headersOf({
        accept: 'text/x-own',
        'accept-encoding': 'identity',
        'accept-language': 'de',
        'cache-control': 'no-cache',
        pragma: 'own',
        range: 'bytes=0-1',
        'sec-fetch-mode': 'own',
        'user-agent': 'own/1',
      }),
    ),
  ),
  at('names of Object.prototype are names of request fields', (fetch, base) =>
    sent(
      fetch,
      base,
      headersOf([
        ['constructor', 'a'],
        ['__proto__', 'b'],
        ['toString', 'c'],
      ]),
    ),
  ),
  at('Headers changed after the call change nothing', async (fetch, base) => {
    const headers = new Headers({ 'x-own': 'before' })
    const call = fetch(`${base}/echo`, { headers })
    headers.set('x-own', 'after')
    return json(await call)
  }),
  at('a huge field goes out', async (fetch, base) => {
    const { headers } = (await json(
      await fetch(`${base}/echo`, headersOf({ 'x-own': 'x'.repeat(30_000) })),
    )) as { readonly headers: { readonly 'x-own': string } }
    return headers['x-own'].length
  }),
]

const EMPTY = 'content-length: 0\r\n\r\n'

export const RESPONSE_FIELDS: readonly PlatformCase[] = [
  at('fields that come twice are one, cookies are several', async (fetch, base) => {
    const fields =
      'X-Own: 1\r\nset-cookie: a=1; Path=/\r\nx-own: 2\r\nSet-Cookie: b=2, c\r\nX-OWN:\r\n'
    const response = await raw(fetch, base, `HTTP/1.1 200 OK\r\n${fields}${EMPTY}`)
    const { headers } = response
    return [[...headers], headers.get('set-cookie'), headers.getSetCookie(), headers.get('x-own')]
  }),
  at('values are trimmed, Latin-1, and may be empty', (fetch, base) =>
    shown(
      raw(
        fetch,
        base,
        `HTTP/1.1 200 OK\r\nx-own: \t a \t\r\nx-latin: \xFC\r\nx-empty:\r\n${EMPTY}`,
      ),
    ),
  ),
  at('the fields of a response cannot be changed', async (fetch, base) => {
    const { headers } = await fetch(`${base}/headers`)
    return [
      await failure(async () => headers.set('x-own', '1')),
      await failure(async () => headers.append('x-own', '1')),
      await failure(async () => headers.delete('x-answer')),
      headers.get('x-answer'),
    ]
  }),
  at('names of Object.prototype are names of response fields', async (fetch, base) => {
    const fields = '__proto__: a\r\nconstructor: b\r\ntoString: c\r\n'
    const { headers } = await raw(fetch, base, `HTTP/1.1 200 OK\r\n${fields}${EMPTY}`)
    return [[...headers], headers.get('__proto__'), headers.has('hasOwnProperty')]
  }),
  at('a value that is continued on the next line', (fetch, base) =>
    failure(() => shown(raw(fetch, base, `HTTP/1.1 200 OK\r\nx-own: a\r\n b\r\n${EMPTY}`))),
  ),
  at('fields that are no fields', async (fetch, base) => {
    const results: unknown[] = []
    for (const line of [
      'no colon',
      ': no name',
      'a b: c',
      'x-own : 1',
      'x-own: a\0b',
      'x\xFC: 1',
    ]) {
      results.push(
        await failure(() => shown(raw(fetch, base, `HTTP/1.1 200 OK\r\n${line}\r\n${EMPTY}`))),
      )
    }
    return results
  }),
  at('many fields, and too large ones', async (fetch, base) => {
    const many = Array.from({ length: 1_000 }, (_, index) => `h${index}: ${index}\r\n`).join('')
    const some = await raw(fetch, base, `HTTP/1.1 200 OK\r\n${many}${EMPTY}`)
    const large = `x-own: ${'x'.repeat(40_000)}\r\n`
    return [
      [...some.headers].length,
      await failure(() => raw(fetch, base, `HTTP/1.1 200 OK\r\n${large}${EMPTY}`)),
    ]
  }),
]
