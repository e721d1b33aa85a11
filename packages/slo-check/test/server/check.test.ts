import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUN_LABEL } from '../../src/query/selector.ts'
import { CALM, STORMY, harvestTruth } from '../harvest-truth.ts'
import { RUN_ID, START, type InstanceTruth } from '../otlp-lines.ts'
import { raw, ratio, sloText, threshold } from '../spec-text.ts'
import { sloCheck, sloReport } from './asked-server.ts'
import { fakeClock } from './fake-clock.ts'
import { fakePrometheus, type FakeOptions } from './fake-prometheus.ts'

// GOLDEN=write rewrites the files from what the code does now: then read the difference.

const HARVEST = fileURLToPath(new URL('../golden/harvest.yaml', import.meta.url))
const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url))
const LOOKUPS = prometheusName(I.cacheLookups)
const WEAK: NonNullable<FakeOptions['answer']> = ({ path, form }) => {
  if (path === 'features') return { status: 404 }
  if (path === 'status/buildinfo')
    return { body: { status: 'success', data: { version: '2.42.0' } } }
  if (path === 'status/flags')
    return {
      body: { status: 'success', data: { 'config.file': 'p.yml', 'enable-feature': '' } },
    }
  if (form.get('query')?.includes('anchored') === true)
    return { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error' } }
  return undefined
}

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

function spec(text: string): string {
  const path = join(dir, 'slo.yaml')
  writeFileSync(path, text)
  return path
}

function lookups(value: number, more: InstanceTruth = {}): InstanceTruth {
  return { counters: [{ instrument: I.cacheLookups, value }], ...more }
}

describe('the exit code', () => {
  test.each<[0 | 1 | 2, string, InstanceTruth]>([
    [0, 'pass', harvestTruth(CALM)],
    [1, 'fail', harvestTruth(STORMY)],
    [2, 'inconclusive', { ...harvestTruth(CALM), markers: 'start' }],
  ])('is %d when the verdict is %s', async (exit, verdict, truth) => {
    await using server = await fakePrometheus({ truths: [truth] })

    const { code, out, err } = await sloCheck([HARVEST, '--prometheus', server.url])

    expect([code, err]).toEqual([exit, ''])
    expect(out).toContain(`verdict: ${verdict} (`)
  })
})

describe('the golden report', () => {
  const both = [
    harvestTruth(STORMY),
    { ...harvestTruth(CALM), runId: 'calm', instance: 'b', start: START + 90 },
  ]

  // A report names its spec as it was asked for, and folds its notes by that length: so not by the place of this clone.
  const before = process.cwd()
  beforeAll(() => {
    process.chdir(GOLDEN)
  })
  afterAll(() => {
    process.chdir(before)
  })

  test.each<[string, string[]]>([
    ['server', ['harvest.yaml', '--run', RUN_ID]],
    ['window', ['window.yaml', '--window', '10m', '--at', '2026-11-18T11:10:00Z']],
  ])('of a %s', async (name, args) => {
    const truths = name === 'server' ? [harvestTruth(STORMY)] : both
    await using server = await fakePrometheus({ truths })
    const asked = ['--prometheus', server.url, '--wait', '0']

    const table = await sloCheck([...args, ...asked, '--explain'])
    const json = await sloCheck([...args, ...asked, '--report', 'json'])

    const named = (text: string): string => text.replaceAll(server.url, 'http://prometheus:9090')
    expectGolden(`${name}.explain.txt`, named(table.out))
    expectGolden(`${name}.report.json`, named(json.out))
  })
})

test('an end that does not come is waited for, and the reason says how long', async () => {
  await using server = await fakePrometheus({ truths: [lookups(5, { markers: 'start' })] })
  const promise = spec(sloText({ indicator: ratio(LOOKUPS, LOOKUPS) }))
  const clock = fakeClock()
  const asked = [promise, '--prometheus', server.url]

  const patient = await sloReport(asked, { clock })
  const hasty = await sloReport([...asked, '--wait', '0'])

  expect(patient.objectives[0]?.reason).toContain(
    '1 of 1 instance left no end marker (instance-1), waited for 30s (--wait)',
  )
  expect(clock.now()).toBe(30_000)
  expect(hasty.objectives[0]?.reason).toMatch(/left no end marker \(instance-1\)$/u)
  expect([patient.verdict, hasty.verdict]).toEqual(['inconclusive', 'inconclusive'])
})

test('who waits at a terminal sees what for', async () => {
  await using server = await fakePrometheus({ truths: [lookups(5, { markers: 'start' })] })
  const promise = spec(sloText({ indicator: ratio(LOOKUPS, LOOKUPS) }))

  const { err } = await sloCheck([promise, '--prometheus', server.url], { isErrTty: true })

  expect(err).toContain(`\r\u001B[Kwaiting for the end of 1 of 1 instances of ${RUN_ID}, 30 s more`)
  expect(err.endsWith('\r\u001B[K')).toBe(true)
})

test('the environment names the run where the command line does not', async () => {
  await using server = await fakePrometheus({
    truths: [lookups(5), lookups(9, { runId: 'other', instance: '2' })],
  })
  const promise = spec(sloText({ indicator: ratio(LOOKUPS, LOOKUPS) }))
  const asked = [promise, '--prometheus', server.url]

  const named = await sloReport(asked, { env: { PLIMSOLL_RUN_ID: 'other' } })
  const unnamed = await sloCheck(asked)

  expect(named).toMatchObject({ run: { id: 'other' }, objectives: [{ total: 9 }] })
  expect(unnamed.code).toBe(2)
  expect(unnamed.err).toContain('holds 2 runs of the last 7d; choose one with --run ID')
})

describe('an expression that does not choose the run', () => {
  const shared = (query: string, truths: readonly InstanceTruth[]) =>
    fakePrometheus({ truths }).then(async (server) => {
      await using held = server
      const promise = spec(sloText({ indicator: raw(query, 'success') }))
      const { objectives } = await sloReport([promise, '--prometheus', held.url, '--run', RUN_ID])
      return objectives[0]!
    })
  const one = lookups(5)
  const other = lookups(4, { runId: 'other', instance: '2' })

  test('is as good as one that does, where there is no other run', async () => {
    expect(await shared(`sum(${LOOKUPS}) / 10`, [one])).toMatchObject({ value: 0.5 })
  })

  test('decides nothing where it takes in the series of another', async () => {
    const objective = await shared(`sum(last_over_time(${LOOKUPS}[5m])) / 10`, [one, other])

    expect(objective.verdict).toBe('inconclusive')
    expect(objective.reason).toContain(
      `\`${LOOKUPS}\` also takes series that are not of this run; add {${RUN_LABEL}="$run"}`,
    )
  })

  test('may ask about a metric that belongs to no run', async () => {
    const load = { gauges: [{ name: 'load', value: 0.99 }], runId: null, markers: 'none' } as const

    expect(await shared('max(load)', [one, load])).toMatchObject({ value: 0.99, verdict: 'pass' })
  })
})

describe('a server that cannot count exactly over windows', () => {
  const counting = sloText({ indicator: ratio(`${LOOKUPS}{service_name="harvest"}`, LOOKUPS) })

  test('is refused for a window, with its name and what it lacks, and no number is printed', async () => {
    await using server = await fakePrometheus({ truths: [lookups(5)], answer: WEAK })

    const at = String(START + 600)
    const asked = [spec(counting), '--prometheus', server.url, '--window', '1h', '--at', at]
    const { code } = await sloCheck(asked)
    const report = await sloReport(asked)

    expect(code).toBe(2)
    expect(report).toMatchObject({
      verdict: 'inconclusive',
      objectives: [{ value: null, good: null, total: null, counting: 'anchored' }],
    })
    expect(report.objectives[0]?.reason).toMatch(
      /^exact counts over a window are not to be had from http:\/\/127\.0\.0\.1:\d+ \(Prometheus 2\.42\.0\), which lacks `anchored`/u,
    )
  })

  test('counts a run exactly all the same', async () => {
    await using server = await fakePrometheus({ truths: [lookups(5)], answer: WEAK })

    expect(await sloReport([spec(counting), '--prometheus', server.url])).toMatchObject({
      verdict: 'pass',
      objectives: [{ good: 5, total: 5, counting: 'last' }],
    })
  })

  test('is refused for an expression of a run that needs what it lacks', async () => {
    await using server = await fakePrometheus({ truths: [lookups(5)], answer: WEAK })
    const query = `sum(increase(${LOOKUPS}{${RUN_LABEL}="$run"}[$window] anchored)) / 10`
    const promise = spec(sloText({ indicator: raw(query, 'success') }))

    expect(await sloReport([promise, '--prometheus', server.url])).toMatchObject({
      verdict: 'inconclusive',
      objectives: [{ value: null, counting: 'raw' }],
    })
  })

  test('may measure in a window what needs no exact counts', async () => {
    await using server = await fakePrometheus({
      truths: [{ gauges: [{ name: 'load', value: 2 }], exports: 1 }],
      answer: WEAK,
    })
    const promise = spec(
      sloText({
        indicator: threshold('max_over_time(load[$window])'),
        objective: '{ op: lte, value: 3, target: 0.9 }',
      }),
    )

    const at = String(START + 60)
    const asked = [promise, '--prometheus', server.url, '--window', '5m', '--at', at]
    expect(await sloReport(asked)).toMatchObject({ verdict: 'pass', objectives: [{ value: 2 }] })
  })
})

test('a query that the server cannot evaluate leaves its objective open, and no other', async () => {
  await using server = await fakePrometheus({
    truths: [lookups(5)],
    answer: ({ form }) =>
      form.get('query')?.startsWith('avg(') === true
        ? {
            status: 422,
            body: { status: 'error', errorType: 'execution', error: 'too many samples' },
          }
        : undefined,
  })
  const promises = [
    sloText({ name: 'heavy', indicator: raw(`avg(${LOOKUPS})`, 'success') }),
    sloText({ name: 'light', indicator: ratio(LOOKUPS, LOOKUPS) }),
  ].join('---\n')

  const { objectives } = await sloReport([spec(promises), '--prometheus', server.url])

  expect(objectives).toMatchObject([
    { slo: 'heavy', verdict: 'inconclusive', reason: 'the query failed: too many samples' },
    { slo: 'light', verdict: 'pass' },
  ])
})

test('a server that goes away in the middle leaves no verdict', async () => {
  await using server = await fakePrometheus({
    truths: [harvestTruth(CALM)],
    answer: (_seen, before) =>
      before.length > 14 ? { status: 503, body: 'shutting down' } : undefined,
  })

  const { code, out, err } = await sloCheck([HARVEST, '--prometheus', server.url])

  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(
    'it answers with HTTP 503: shutting down (tried 4 times) [ERR_PLIMSOLL_SERVER]',
  )
})

test('credentials over http:// to another machine are a warning', async () => {
  const { err } = await sloCheck([HARVEST, '--prometheus', 'http://0.0.0.0:1', '--wait', '0'], {
    env: { SLO_CHECK_BEARER_TOKEN: 'token-of-mine' },
  })

  expect(err).toContain('[ERR_PLIMSOLL_SERVER]')
  expect(err).toContain(
    'the credentials (bearer token) are sent unencrypted: ask http://0.0.0.0:1 by https://',
  )
})

function expectGolden(file: string, actual: string): void {
  const url = new URL(`../golden/${file}`, import.meta.url)
  if (process.env['GOLDEN'] === 'write') writeFileSync(url, actual)
  expect(existsSync(url), `${file} is missing: run with GOLDEN=write`).toBe(true)
  expect(actual).toBe(readFileSync(url, 'utf8'))
}
