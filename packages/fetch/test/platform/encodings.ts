import { at, failure, shown, type PlatformCase } from './case.ts'

type Query = Readonly<Record<string, string>>

function each(name: string, queries: readonly Query[]): PlatformCase {
  return at(name, async (fetch, base) => {
    const results: unknown[] = []
    for (const query of queries) {
      const url = `${base}/encoded?${new URLSearchParams(query)}`
      const response = await failure(() => shown(fetch(url)))
      results.push([query, response])
    }
    return results
  })
}

export const ENCODINGS: readonly PlatformCase[] = [
  each('a body is unpacked by the names that its fields give', [
    { how: 'gzip' },
    { how: 'gzip', as: 'GZip' },
    { how: 'gzip', as: 'x-gzip' },
    { how: 'deflate' },
    { how: 'deflate-raw', as: 'deflate' },
    { how: 'br' },
    { how: 'zstd' },
    { how: 'gzip, br' },
    { how: 'deflate, gzip, br' },
    { how: 'gzip, gzip, gzip, gzip, gzip, gzip' },
  ]),
  each('names that nobody knows leave a body packed', [
    { how: 'identity' },
    { how: 'own' },
    { how: 'gzip', as: 'own, gzip' },
    { how: 'gzip', as: ',' },
  ]),
  each('a body that is not packed as its fields say fails while it is read', [
    { how: 'own', as: 'gzip' },
    { how: 'own', as: 'deflate' },
    { how: 'own', as: 'br' },
    { how: 'own', as: 'zstd' },
    { how: 'gzip', cut: '20' },
    { how: 'br', cut: '5' },
    { how: 'gzip', tail: 'more' },
    { how: 'gzip', cut: '0' },
    { how: 'br', cut: '0' },
  ]),
  at('what is packed keeps its fields, and a HEAD has nothing to unpack', async (fetch, base) => [
    await shown(fetch(`${base}/encoded?how=gzip`)),
    await shown(fetch(`${base}/encoded?how=gzip`, { method: 'HEAD' })),
  ]),
  at('a chain of encodings without end is refused', async (fetch, base) => {
    const as = Array.from({ length: 6 }, () => 'gzip').join(', ')
    return failure(() => shown(fetch(`${base}/encoded?how=gzip&as=${encodeURIComponent(as)}`)))
  }),
]
