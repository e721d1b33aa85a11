import { createHash } from 'node:crypto'
import { generator, seedOf } from './random.ts'
import type { SourceKind } from './profile.ts'

/** Every host of the origin, its kind, and its port when the ports are fixed. */
export const HOSTS = {
  metadata: { kind: 'metadata', port: 4810 },
  'oa-atlas': { kind: 'open_access', port: 4811 },
  'oa-borealis': { kind: 'open_access', port: 4812 },
  'repo-cedar': { kind: 'repositories', port: 4813 },
  'repo-delta': { kind: 'repositories', port: 4814 },
  'repo-ember': { kind: 'repositories', port: 4815 },
  'pub-fjord': { kind: 'publishers', port: 4816 },
  'pub-gale': { kind: 'publishers', port: 4817 },
  mirror: { kind: 'mirror', port: 4818 },
} as const satisfies Record<string, { kind: SourceKind; port: number }>

export type HostName = keyof typeof HOSTS
export const HOST_NAMES = Object.keys(HOSTS) as readonly HostName[]

/** The hosts that a metadata record may name as places of an artifact. */
export const SOURCES = HOST_NAMES.filter((name) => name !== 'metadata' && name !== 'mirror')

/** So many works share one page of metadata. */
const WORKS_PER_PAGE = 5

/** The works that there are, and the pages of metadata on which they stand. */
export interface Catalogue {
  readonly works: readonly string[]
  readonly pages: number
  pageOf(work: string): number
  worksOf(page: number): readonly string[]
}

export function createCatalogue(count: number): Catalogue {
  const works = Array.from({ length: count }, (_, index) => `w${String(index).padStart(4, '0')}`)
  const pages = Math.max(1, Math.ceil(count / WORKS_PER_PAGE))
  // Neighbours stand on different pages: works that are in flight together do not ask for the same one.
  const pageOf = (work: string): number => Number(work.slice(1)) % pages
  return { works, pages, pageOf, worksOf: (page) => works.filter((work) => pageOf(work) === page) }
}

/** The bytes of a work's artifact: the same wherever it is kept. */
export function artifactOf(seed: number, work: string): Buffer {
  const random = generator(seedOf(seed, work, 'artifact'))
  const bytes = Buffer.alloc(2_000 + Math.floor(random() * 30_000))
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(random() * 256)
  return bytes
}

export function sha256(bytes: Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash('sha256').update(bytes).digest(encoding)
}
