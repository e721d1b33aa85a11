import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { createCatalogue, type HostName, HOST_NAMES, SOURCES } from './origin/catalogue.ts'
import { createFaultPlan } from './origin/faults.ts'
import { type LedgerEntry, parseLedger } from './origin/ledger.ts'
import { type Origin, startOrigin } from './origin/origin.ts'
import { type Profile, WEATHER } from './origin/profile.ts'
import { generator } from './origin/random.ts'

const SEED = 7
const WORKS = 200
const origins: Origin[] = []

async function started(profile: Profile): Promise<Origin> {
  const origin = await startOrigin({ seed: SEED, profile, works: WORKS, fixedPorts: false })
  origins.push(origin)
  return origin
}

afterEach(async () => {
  await Promise.all(origins.splice(0).map((origin) => origin.close()))
})

interface Seen {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  readonly cut: boolean
}

interface Question {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly giveUpMs?: number
}

/** Long enough for any answer that comes at all, on any machine. */
const PATIENCE_MS = 15_000
/** For an answer that the plan says will not come. */
const NO_PATIENCE_MS = 300

/** One exchange by `node:http`, which hides nothing. */
function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, giveUpMs = PATIENCE_MS }: Question = {},
): Promise<Seen> {
  return new Promise((resolve) => {
    const nothing: Seen = { status: null, headers: {}, body: Buffer.alloc(0), cut: false }
    const signal = AbortSignal.timeout(giveUpMs)
    const sent = request(
      { port, path, method, headers, signal, agent: new Agent() },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', () => undefined)
        response.on('close', () => {
          const { statusCode = null, headers, complete } = response
          resolve({ status: statusCode, headers, body: Buffer.concat(chunks), cut: !complete })
        })
      },
    )
    sent.on('error', () => resolve(nothing))
    sent.end()
  })
}

/** Asks every source twice for every tenth work, and metadata for two of its pages. */
async function scripted(origin: Origin): Promise<readonly LedgerEntry[]> {
  const catalogue = createCatalogue(WORKS)
  const plan = createFaultPlan(SEED, 'stormy', catalogue)
  const twice = async (host: HostName, folder: string, subject: string): Promise<void> => {
    for (const ordinal of [0, 1]) {
      const hangs = plan.plan(host, subject, 'GET', ordinal).fault.kind === 'hang'
      await ask(origin.hosts[host], `/${folder}/${subject.replace('page-', '')}`, {
        headers: { 'x-request-id': `${host}/${subject}` },
        giveUpMs: hangs ? NO_PATIENCE_MS : PATIENCE_MS,
      })
    }
  }
  const works = catalogue.works.filter((_, index) => index % 10 === 0)
  const sources = works.flatMap((work) => SOURCES.map((host) => twice(host, 'artifacts', work)))
  const pages = ['page-0', 'page-1'].map((page) => twice('metadata', 'pages', page))
  await Promise.all([...sources, ...pages])
  const order = (entry: LedgerEntry): string =>
    `${entry.host} ${entry.subject} ${String(entry.ordinal)}`
  return parseLedger(origin.ledger()).toSorted((a, b) => order(a).localeCompare(order(b)))
}

/** A work that meets `fault` at its first request at some source that holds it. */
function meeting(fault: LedgerEntry['fault']): { host: HostName; work: string } {
  const catalogue = createCatalogue(WORKS)
  const plan = createFaultPlan(SEED, 'stormy', catalogue)
  for (const work of catalogue.works) {
    for (const host of HOST_NAMES.filter((name) => name !== 'metadata')) {
      const direct = plan.holds(host, work) && !plan.redirects(host, work)
      if (direct && plan.plan(host, work, 'GET', 0).fault.kind === fault) return { host, work }
    }
  }
  throw new Error(`no work of this seed meets ${fault}`)
}

describe('the origin', () => {
  test('writes the same ledger for the same seed and the same questions', async () => {
    const [first, second] = [await started('stormy'), await started('stormy')]

    const ledgers = await Promise.all([scripted(first), scripted(second)])

    expect(ledgers[0]).toHaveLength(20 * SOURCES.length * 2 + 4)
    expect(ledgers[0]).toEqual(ledgers[1])
    expect(new Set(ledgers[0].map((entry) => entry.end)).size).toBeGreaterThan(3)
  })

  test.each([
    ['cut', 200, true],
    ['corrupt', 200, false],
    ['mislabelled', 200, false],
    ['reset', null, false],
    ['hang', null, false],
    ['none', 200, false],
    ['slow', 200, false],
  ] as const)('sends what it writes into the ledger: %s', async (fault, status, cut) => {
    const origin = await started('stormy')
    const { host, work } = meeting(fault)

    const giveUpMs = fault === 'hang' ? NO_PATIENCE_MS : PATIENCE_MS
    const seen = await ask(origin.hosts[host], `/artifacts/${work}`, { giveUpMs })

    const [entry] = parseLedger(origin.ledger())
    expect({ status: seen.status, cut: seen.cut }).toEqual({ status, cut })
    expect(entry).toMatchObject({ host, subject: work, fault, status, kind: 'artifact' })
    const ends = { none: 'complete', slow: 'complete', hang: 'hung' } as Record<string, string>
    expect(entry?.end).toBe(ends[fault] ?? fault)
    const digest = createHash('sha256').update(seen.body).digest('base64')
    const declared = seen.headers['content-digest'] === `sha-256=:${digest}:`
    expect(declared).toBe(['none', 'slow', 'mislabelled'].includes(fault))
  })

  test('asks to wait in seconds and as a date, one to two seconds ahead', async () => {
    const origin = await started('stormy')
    const catalogue = createCatalogue(WORKS)
    const plan = createFaultPlan(SEED, 'stormy', catalogue)
    const forms = new Map<string, { host: HostName; work: string }>()
    for (const work of catalogue.works) {
      for (const host of SOURCES) {
        const { fault } = plan.plan(host, work, 'GET', 0)
        if (fault.kind === 'rate_limited') forms.set(fault.form, { host, work })
      }
    }

    const waits = new Map<string, string | undefined>()
    const before = Date.now()
    for (const [form, { host, work }] of forms) {
      const { headers } = await ask(origin.hosts[host], `/artifacts/${work}`)
      waits.set(form, String(headers['retry-after']))
    }

    expect(waits.get('seconds')).toBe('1')
    expect(Date.parse(waits.get('date') ?? '')).toBeGreaterThan(before + 1_000)
    expect(Date.parse(waits.get('date') ?? '')).toBeLessThanOrEqual(Date.now() + 2_000)
  })

  test('confirms metadata by 304 when it is asked with its ETag', async () => {
    const origin = await started('calm')
    const first = await ask(origin.hosts.metadata, '/pages/1')
    const headers = { 'if-none-match': String(first.headers['etag']) }

    const second = await ask(origin.hosts.metadata, '/pages/1', { headers })

    expect([first.status, second.status]).toEqual([200, 304])
    expect(second.body).toHaveLength(0)
    expect(parseLedger(origin.ledger()).map((entry) => entry.status)).toEqual([200, 304])
  })

  test('answers a probe like the question, without a body', async () => {
    const origin = await started('stormy')
    const { host, work } = meeting('none')

    const seen = await ask(origin.hosts[host], `/artifacts/${work}`, { method: 'HEAD' })

    const [entry] = parseLedger(origin.ledger())
    expect(entry).toMatchObject({ method: 'HEAD', status: seen.status })
    expect(seen.body).toHaveLength(0)
  })

  test('draws faults as often as the weather says', () => {
    const catalogue = createCatalogue(4_000)
    const plan = createFaultPlan(SEED, 'stormy', catalogue)

    const kinds = catalogue.works.map((work) => plan.plan('mirror', work, 'GET', 0).fault.kind)

    const share = (kind: string): number =>
      kinds.filter((each) => each === kind).length / kinds.length
    const { outage, rates } = WEATHER.stormy.mirror
    expect(share('cut')).toBeCloseTo(rates.cut * (1 - outage), 1.8)
    expect(share('slow')).toBeCloseTo(rates.slow * (1 - outage), 1.8)
    expect(share('server_error')).toBeCloseTo(outage + rates.serverError * (1 - outage), 1)
  })

  test('has a generator that fills its range evenly', () => {
    const random = generator(SEED)
    const tenths = Array.from({ length: 10 }, () => 0)

    for (let drawn = 0; drawn < 100_000; drawn += 1) {
      const tenth = Math.floor(random() * 10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }

    expect(Math.min(...tenths)).toBeGreaterThan(9_600)
    expect(Math.max(...tenths)).toBeLessThan(10_400)
  })
})
