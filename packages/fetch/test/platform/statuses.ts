import { at, failure, raw, shown, type PlatformCase } from './case.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** Every answer of a list, as the program sees it. */
function each(name: string, answers: Readonly<Record<string, string>>): PlatformCase {
  return at(name, async (fetch, base) => {
    const results: unknown[] = []
    for (const [what, bytes] of Object.entries(answers)) {
      results.push([what, await failure(() => shown(raw(fetch, base, bytes)))])
    }
    return results
  })
}

/** The answer to a HEAD is its head, whatever else comes. */
async function head(fetch: typeof globalThis.fetch, base: string, bytes: string): Promise<unknown> {
  const url = `${base}/raw?bytes=${encodeURIComponent(bytes)}`
  return failure(() => shown(fetch(url, { method: 'HEAD' })))
}

export const STATUSES: readonly PlatformCase[] = [
  each('news of the answer to come is passed over', {
    continue: `HTTP/1.1 100 Continue\r\n\r\n${OK}`,
    processing: `HTTP/1.1 102 Processing\r\n\r\n${OK}`,
    hints: `HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n${OK}`,
    several: `${'HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n'.repeat(20)}${OK}`,
    unknown: `HTTP/1.1 199 Own\r\n\r\n${OK}`,
    switching: `HTTP/1.1 101 Switching Protocols\r\nupgrade: own\r\nconnection: upgrade\r\n\r\n${OK}`,
    only: 'HTTP/1.1 103 Early Hints\r\n\r\n',
  }),
  each('a status that allows no body has none, whatever comes', {
    204: 'HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nbody',
    '204, chunked': 'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    205: 'HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n',
    '205 with a body': 'HTTP/1.1 205 Reset Content\r\ncontent-length: 4\r\n\r\nbody',
    304: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\n',
    206: 'HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-1/9\r\ncontent-length: 2\r\n\r\nab',
  }),
  each('any status of three digits is one', {
    299: 'HTTP/1.1 299 Own\r\ncontent-length: 0\r\n\r\n',
    418: "HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\n\r\n",
    599: 'HTTP/1.1 599 Own\r\ncontent-length: 0\r\n\r\n',
    600: 'HTTP/1.1 600 Own\r\ncontent-length: 0\r\n\r\n',
    999: 'HTTP/1.1 999 Own\r\ncontent-length: 0\r\n\r\n',
    '000': 'HTTP/1.1 000 Own\r\ncontent-length: 0\r\n\r\n',
    1000: 'HTTP/1.1 1000 Own\r\ncontent-length: 0\r\n\r\n',
    'no text': 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
    'text in Latin-1': 'HTTP/1.1 200 \xFCber\r\ncontent-length: 0\r\n\r\n',
  }),
  at('the answer to a HEAD is its head', async (fetch, base) => [
    await head(fetch, base, 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'),
    await head(fetch, base, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
    await head(fetch, base, 'HTTP/1.1 404 Not Found\r\ncontent-encoding: gzip\r\n\r\n'),
  ]),
]

export const FRAMES: readonly PlatformCase[] = [
  each('a body ends where its frame says', {
    'until the connection ends': 'HTTP/1.1 200 OK\r\n\r\nto the end',
    'HTTP/1.0': 'HTTP/1.0 200 OK\r\n\r\nold',
    chunked:
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;own=1\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
    trailers:
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-own\r\n\r\n2\r\nab\r\n0\r\nx-own: 1\r\n\r\n',
    'more than declared': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok, and more of it',
    'two answers': `${OK}${OK}`,
  }),
  each('a frame that contradicts itself fails', {
    'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc',
    'a negative length': 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'a length that is none': 'HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n\r\nok',
    'a length beyond all': `HTTP/1.1 200 OK\r\ncontent-length: ${'9'.repeat(40)}\r\n\r\nok`,
    'length and chunks':
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'a size that is none': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n',
    'a size beyond all': `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'F'.repeat(20)}\r\nabc`,
    'a chunk longer than its size':
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabcdef\r\n0\r\n\r\n',
  }),
  each('what is no HTTP fails', {
    nothing: '',
    garbage: '\x00\x01\x02\xFF garbage \r\n\r\n',
    'another protocol': '220 mail.test ESMTP\r\n',
    'HTTP/2': 'HTTP/2 200 OK\r\n\r\n',
    'HTTP/9.9': 'HTTP/9.9 200 OK\r\n\r\n',
    'a head that ends short': 'HTTP/1.1 200 OK\r\ncontent-le',
    'an empty line first': '\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  }),
  at('garbage after an answer harms the next call not', async (fetch, base) => {
    const bytes = encodeURIComponent(`${OK}garbage that nobody asked for`)
    const first = await shown(fetch(`${base}/raw?hold&bytes=${bytes}`))
    return [first, await (await fetch(`${base}/text`)).text()]
  }),
]
