import { gzipSync } from 'node:zlib'
import { type Content, contentDigest, plain } from './answer.ts'
import { artifactOf, type Catalogue, type HostName, sha256, SOURCES } from './catalogue.ts'
import type { FaultPlan } from './faults.ts'
import type { RequestKind } from './ledger.ts'

/** One request, understood. */
export interface Asked {
  readonly kind: RequestKind
  readonly subject: string
  /** The answer without faults. */
  content(headers: Readonly<Record<string, string | undefined>>): Content
}

/** What the hosts hold. */
export interface Contents {
  find(host: HostName, path: string): Asked
}

/** `urlOf` gives the address of a host, which stands in metadata and redirects. */
export function createContents(
  seed: number,
  catalogue: Catalogue,
  faults: FaultPlan,
  urlOf: (host: HostName) => string,
): Contents {
  const digests = new Map(catalogue.works.map((work) => [work, sha256(artifactOf(seed, work))]))

  function record(work: string): object {
    const claimed = SOURCES.filter((source) => faults.claims(source, work))
    const locations = claimed.map((source) => [source, `${urlOf(source)}/artifacts/${work}`])
    return {
      id: work,
      sha256: digests.get(work),
      locations: Object.fromEntries(locations),
    }
  }

  function artifact(host: HostName, work: string): Content {
    if (!faults.holds(host, work)) return plain(404, 'no such work')
    if (faults.redirects(host, work)) {
      const moved = plain(302, 'see the mirror')
      const location = `${urlOf('mirror')}/artifacts/${work}`
      return { ...moved, headers: { ...moved.headers, location } }
    }
    const body = artifactOf(seed, work)
    const type = { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' }
    return { status: 200, headers: { ...type, 'content-digest': contentDigest(body) }, body }
  }

  return {
    find(host, path) {
      const [, folder, name = ''] = path.split('/')
      if (host === 'metadata' && path === '/works') {
        const entries = catalogue.works.map((id) => ({
          id,
          page: `/pages/${catalogue.pageOf(id)}`,
        }))
        return { kind: 'directory', subject: 'works', content: () => json(entries) }
      }
      if (host === 'metadata' && folder === 'pages' && /^\d+$/u.test(name)) {
        const page = Number(name)
        const records = (): object[] => catalogue.worksOf(page).map((work) => record(work))
        const content: Asked['content'] = (headers) => cacheable(page, records(), headers)
        return { kind: 'metadata', subject: `page-${name}`, content }
      }
      if (folder === 'artifacts' && catalogue.works.includes(name)) {
        return { kind: 'artifact', subject: name, content: () => artifact(host, name) }
      }
      return { kind: 'unknown', subject: path, content: () => plain(404, 'nothing here') }
    },
  }
}

function json(value: unknown): Content {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) }
}

/** Every second page stays fresh for the whole run, the others must be asked about again after a second. */
function cacheable(
  page: number,
  records: readonly object[],
  request: Readonly<Record<string, string | undefined>>,
): Content {
  const body = gzipSync(JSON.stringify(records))
  const etag = `"${sha256(body).slice(0, 16)}"`
  const fresh = page % 2 === 0 ? 'max-age=600' : 'max-age=1, stale-if-error=60'
  const validators = { 'cache-control': fresh, etag, vary: 'accept-encoding' }
  if (request['if-none-match'] === etag) {
    return { status: 304, headers: validators, body: Buffer.alloc(0) }
  }
  const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  return {
    status: 200,
    headers: { ...type, ...validators, 'content-digest': contentDigest(body) },
    body,
  }
}
