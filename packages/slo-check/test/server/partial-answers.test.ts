import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MARKERS } from '../../src/source/markers.ts'
import { RUN_LABEL } from '../../src/query/selector.ts'
import { RUN_ID, START, type InstanceTruth } from '../otlp-lines.ts'
import { ratio, sloText } from '../spec-text.ts'
import { sloReport } from './asked-server.ts'
import { fakePrometheus, type FakeOptions } from './fake-prometheus.ts'

const LOOKUPS = prometheusName(I.cacheLookups)
const TRUTH: InstanceTruth = { counters: [{ instrument: I.cacheLookups, value: 5 }] }

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

async function judged(
  answer: NonNullable<FakeOptions['answer']>,
  args: readonly string[] = [],
  query = LOOKUPS,
): Promise<{ verdict: string; reason: string }> {
  await using server = await fakePrometheus({ truths: [TRUTH], answer })
  const path = join(dir, 'slo.yaml')
  writeFileSync(path, sloText({ indicator: ratio(query, query) }))
  const { verdict, objectives } = await sloReport([path, '--prometheus', server.url, ...args])
  return { verdict, reason: objectives[0]?.reason ?? '' }
}

const vector = (...result: unknown[]) => ({
  status: 'success',
  data: { resultType: 'vector', result },
})
const FIVE = { metric: {}, value: [START, '5'] }
const isCount = (query: string | null): boolean => query?.startsWith('sum(last_over_time(') === true

describe('an answer that may lack something decides nothing', () => {
  test.each<[string, object, string]>([
    [
      'a store was away',
      { warnings: ['store-7: deadline exceeded'] },
      'store-7: deadline exceeded',
    ],
    [
      'series did not go together',
      { warnings: ['PromQL warning: mixed (1:5)'] },
      'PromQL warning: mixed',
    ],
    ['a part of the storage was away', { isPartial: true }, 'isPartial'],
  ])('because %s', async (_, more, said) => {
    const objective = await judged(({ form }) =>
      isCount(form.get('query')) ? { body: { ...vector(FIVE), ...more } } : undefined,
    )

    expect(objective).toEqual({
      verdict: 'inconclusive',
      reason: `0 of 5 missed, the target allows 0; but the answer came with the warning "${said}"`,
    })
  })

  test('whichever question it was an answer to, so that every objective is open', async () => {
    const objective = await judged(
      ({ form }) =>
        form.get('query')?.includes(MARKERS.end) === true
          ? {
              body: {
                status: 'success',
                data: { resultType: 'matrix', result: [] },
                warnings: ['away'],
              },
            }
          : undefined,
      ['--wait', '0'],
    )

    expect(objective.reason).toContain('the warning "away"')
  })

  test('where a warning is about restarts that a rate would see, it is none', async () => {
    const warnings = ['PromQL warning: conflicting counter resets during histogram aggregation']

    const { verdict } = await judged(({ form }) =>
      isCount(form.get('query')) ? { body: { ...vector(FIVE), warnings } } : undefined,
    )

    expect(verdict).toBe('pass')
  })

  test('where infos are no warnings', async () => {
    const { verdict } = await judged(({ form }) =>
      isCount(form.get('query'))
        ? { body: { ...vector(FIVE), infos: ['PromQL info: name'] } }
        : undefined,
    )

    expect(verdict).toBe('pass')
  })
})

test('what cannot be found out about a number leaves it open', async () => {
  const error = 'query processing would load too many samples'
  const objective = await judged(({ form }) =>
    form.get('query')?.includes('resets(') === true
      ? { status: 422, body: { status: 'error', errorType: 'execution', error } }
      : undefined,
  )

  expect(objective.verdict).toBe('inconclusive')
  expect(objective.reason).toContain(`(${error})`)
})

test('a pattern of run ids that takes in another run leaves the number open', async () => {
  await using server = await fakePrometheus({
    truths: [TRUTH, { ...TRUTH, runId: RUN_ID.replace('-', 'x'), instance: '2' }],
  })
  const path = join(dir, 'slo.yaml')
  const query = `${LOOKUPS}{${RUN_LABEL}=~"${RUN_ID.replace('-', '.')}"}`
  writeFileSync(path, sloText({ indicator: ratio(query, query) }))

  const report = await sloReport([path, '--prometheus', server.url, '--run', RUN_ID])

  expect(report.verdict).toBe('inconclusive')
  expect(report.objectives[0]?.reason).toContain('also takes series that are not of this run')
})

describe('a window that begins before what the server keeps', () => {
  const keeping =
    (storageRetention: string): NonNullable<FakeOptions['answer']> =>
    ({ path }) =>
      path === 'status/runtimeinfo'
        ? { body: { status: 'success', data: { storageRetention } } }
        : undefined

  test.each<[string, string, string]>([
    ['inconclusive', '2h', '1h30m'],
    ['pass', '2h', '2h or 20GiB'],
    ['pass', '2h', '5w or 20GiB'],
    ['pass', '2h', '20GiB'],
  ])('is %s: %s of %s', async (verdict, window, kept) => {
    const at = String(START + 100)

    expect(await judged(keeping(kept), ['--window', window, '--at', at])).toMatchObject({ verdict })
  })
})
