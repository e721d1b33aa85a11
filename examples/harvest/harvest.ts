/**
 * A document harvester. For each work it looks up the metadata, asks the sources that are said to hold the artifact, tier
 * by tier, keeps the first one whose digest is right, and audits what it kept. It knows nothing of hosts, limits, breakers
 * and retries: those stand in plimsoll.config.yaml and come with the preload.
 *
 *     node -r @plimsoll/register harvest.ts --metadata http://127.0.0.1:4810
 *
 * Prints a line of JSON for each work, and the tally last.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { metrics } from '@opentelemetry/api'
import { createFallback } from '@plimsoll/fetch'

interface WorkRecord {
  readonly id: string
  readonly sha256: string
  readonly locations: Readonly<Record<string, string>>
}

/** A work on its way: without a record there is nowhere to ask. */
interface Work {
  readonly id: string
  readonly record: WorkRecord | undefined
  /** Sources that a probe found empty-handed. */
  readonly absent: ReadonlySet<string>
  /** Requests that brought bytes of no use. */
  readonly spoilt: string[]
}

const CONCURRENCY = 12
const METADATA_TRIES = 3
/** These are slow to serve and quick to say whether they could. */
const PROBED = ['pub-gale']
const TIERS = {
  open_access: ['oa-atlas', 'oa-borealis'],
  repositories: ['repo-cedar', 'repo-delta', 'repo-ember'],
  publishers: ['pub-fjord', 'pub-gale'],
}

const tally = {
  works: 0,
  accepted: 0,
  failed: 0,
  /** Calls by what came of them: a status, or the type of an error. */
  calls: {} as Record<string, number>,
  metadataLookups: 0,
  probesSkipped: 0,
  corruptBodies: 0,
  mislabelled: 0,
}

const meter = metrics.getMeter('harvest')
const accepted = meter.createCounter('harvest.artifacts.accepted', {
  unit: '{artifact}',
  description: 'Artifacts that the harvester kept, by whether an audit found them intact.',
})
for (const intact of [true, false]) accepted.add(0, { 'harvest.intact': intact })

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The word for an error: what Plimsoll calls it, or the network's code, or its name. */
function errorName(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('errorType' in cause && typeof cause.errorType === 'string') return cause.errorType
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return error instanceof Error ? error.name : typeof error
}

/** `fetch`, with a tally of what came of each call. */
const tallied: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init)
    tally.calls[response.status] = (tally.calls[response.status] ?? 0) + 1
    return response
  } catch (error) {
    const name = errorName(error)
    tally.calls[name] = (tally.calls[name] ?? 0) + 1
    throw error
  }
}

async function metadataOf(id: string, page: URL): Promise<WorkRecord | undefined> {
  for (let tried = 0; tried < METADATA_TRIES; tried += 1) {
    tally.metadataLookups += 1
    try {
      const response = await tallied(page, {
        headers: { 'x-request-id': `${id}/metadata/${tried}` },
      })
      if (response.ok) {
        const records = (await response.json()) as readonly WorkRecord[]
        return records.find((record) => record.id === id)
      }
      await response.body?.cancel()
    } catch {
      // Counted above; the next try may do better.
    }
  }
  return undefined
}

/** Sources that say at once that they do not hold the work. A probe that fails or is skipped says nothing. */
async function probe(record: WorkRecord): Promise<ReadonlySet<string>> {
  const absent = new Set<string>()
  for (const name of PROBED) {
    const url = record.locations[name]
    if (url === undefined) continue
    const headers = { 'x-request-id': `${record.id}/${name}/probe` }
    try {
      const response = await tallied(url, { method: 'HEAD', headers })
      if (response.status === 404) absent.add(name)
    } catch (error) {
      if (errorName(error) === 'rate_limited') tally.probesSkipped += 1
    }
  }
  return absent
}

function source(name: string) {
  return {
    name,
    when: ({ record, absent }: Work) => record?.locations[name] !== undefined && !absent.has(name),
    request: ({ id, record }: Work) =>
      new Request(record?.locations[name] ?? '', { headers: { 'x-request-id': `${id}/${name}` } }),
    async read(response: Response, { id, spoilt }: Work): Promise<Uint8Array> {
      try {
        return new Uint8Array(await response.arrayBuffer())
      } catch (error) {
        if (errorName(error) === 'corrupt_body') {
          tally.corruptBodies += 1
          spoilt.push(`${id}/${name}`)
        }
        throw error
      }
    },
    accept(bytes: Uint8Array, { id, record, spoilt }: Work): boolean {
      const good = sha256(bytes) === record?.sha256
      if (!good) {
        tally.mislabelled += 1
        spoilt.push(`${id}/${name}`)
      }
      return good
    },
  }
}

const firstArtifact = createFallback<Work, Uint8Array>({
  fetch: tallied,
  tiers: Object.entries(TIERS).map(([name, sources]) => ({ name, sources: sources.map(source) })),
})

/** Keeps the artifact, and looks at what was really kept. */
async function keep(id: string, bytes: Uint8Array, digest: string | undefined): Promise<void> {
  const file = `artifacts/${id}.bin`
  await writeFile(file, bytes)
  const intact = sha256(await readFile(file)) === digest
  accepted.add(1, { 'harvest.intact': intact })
}

async function harvest(id: string, page: URL): Promise<object> {
  const record = await metadataOf(id, page)
  const absent = record === undefined ? new Set<string>() : await probe(record)
  const work: Work = { id, record, absent, spoilt: [] }
  const { spoilt } = work
  tally.works += 1
  try {
    const { value, source } = await firstArtifact(work, { workId: id, artifactId: record?.sha256 })
    await keep(id, value, record?.sha256)
    tally.accepted += 1
    return { work: id, source, request: `${id}/${source}`, sha256: sha256(value), spoilt }
  } catch (error) {
    tally.failed += 1
    return { work: id, error: errorName(error), spoilt }
  }
}

const { values } = parseArgs({
  options: { metadata: { type: 'string', default: 'http://127.0.0.1:4810' } },
})
await mkdir('artifacts', { recursive: true })
const directory = await tallied(new URL('/works', values.metadata))
tally.metadataLookups += 1
const waiting = ((await directory.json()) as readonly { id: string; page: string }[]).values()

async function worker(): Promise<void> {
  for (const { id, page } of waiting) {
    console.log(JSON.stringify(await harvest(id, new URL(page, values.metadata))))
  }
}
await Promise.all(Array.from({ length: CONCURRENCY }, worker))
console.log(JSON.stringify({ tally }))
