import { at, failure, shown, type PlatformCase } from './case.ts'

type Input = Parameters<typeof globalThis.fetch>[0]

function each(name: string, inputs: (base: string) => readonly unknown[]): PlatformCase {
  return at(name, async (fetch, base) => {
    const results: unknown[] = []
    for (const input of inputs(base)) {
      results.push(await failure(() => shown(fetch(input as Input))))
    }
    return results
  })
}

export const URLS: readonly PlatformCase[] = [
  each('whatever is no URL is made text first', (base) => [
    undefined,
    null,
    7,
    [`${base}/text`],
    { toString: () => `${base}/text` },
    { href: `${base}/text` },
    '',
    '/text',
    '//host/text',
    'http://',
    'http://a b/',
    'http://[::1',
    'http://127.0.0.1:99999/',
  ]),
  at('an input whose text cannot be made rejects with its own error', async (fetch) => {
    const input = {
      toString() {
        throw new RangeError('no text here')
      },
    }
    return [
      await failure(() => fetch(input as unknown as string)),
      await failure(() => fetch(Symbol('no text') as unknown as string)),
      await failure(() => (fetch as () => Promise<Response>)()),
    ]
  }),
  each('URLs are read as browsers read them', (base) => [
    ` \t${base}/te\nxt `,
    base.replace('http', 'HTTP'),
    base.replace('127.0.0.1', '0x7f.1') + '/text',
    base.replace('127.0.0.1', '2130706433') + '/text',
    base.replace('127.0.0.1', 'LocalHost') + '/text',
    base.replace('127.0.0.1', '１２７．0．0．1') + '/text',
    `${base}\\text`,
    `${base}/a/../text`,
    `${base}/status?code=200&ü=%ZZ&"<>#fragment`,
    new (class extends URL {})('/text', base),
  ]),
  at('a URL changed after the call asks for what it was', async (fetch, base) => {
    const url = new URL('/text', base)
    const call = fetch(url)
    url.pathname = '/status'
    url.port = '1'
    return shown(call)
  }),
  at('a path of many kilobytes goes out', async (fetch, base) => {
    const { status } = await fetch(`${base}/text?${'x'.repeat(30_000)}`)
    return status
  }),
  each('a name or a password in a URL is refused', (base) => [
    base.replace('//', '//user@'),
    base.replace('//', '//:secret@'),
    base.replace('//', '//user:secret@'),
  ]),
  each('ports that belong to other protocols are refused', () => [
    'http://127.0.0.1:22/',
    'http://127.0.0.1:6667/',
    'https://127.0.0.1:25/',
    'http://127.0.0.1:0/',
  ]),
  each('data URLs are answers', () => [
    'data:,hello',
    'data:text/plain;charset=utf-8;base64,aGVsbG8=',
    'data:text/html,%3Cp%3E#fragment',
    'data:;base64,***',
    'data:nothing',
    'DATA:text/x-own,UPPER',
  ]),
  at('blob URLs are answers as long as they live', async (fetch) => {
    const url = URL.createObjectURL(new Blob(['0123456789'], { type: 'text/x-own' }))
    const range = { headers: { range: 'bytes=2-4' } }
    const results = [
      await (await fetch(url)).text(),
      (await fetch(url)).headers.get('content-type'),
      await failure(async () => (await fetch(url, range)).text()),
      await failure(async () => (await fetch(url, { headers: { range: 'lines=1' } })).text()),
      await failure(() => fetch(url, { method: 'POST' })),
    ]
    URL.revokeObjectURL(url)
    return [...results, await failure(() => fetch(url))]
  }),
  each('other schemes are refused', () => [
    'file:///etc/hostname',
    'about:blank',
    'ftp://127.0.0.1/',
    'ws://127.0.0.1/',
    'javascript:1',
    'chrome://x',
  ]),
  each('hosts that do not answer fail', () => ['http://[::1]:2/', 'https://127.0.0.1:2/']),
]
