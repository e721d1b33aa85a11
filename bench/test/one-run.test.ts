import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { measure } from '../calls/one-run.ts'
import type { Row } from '../calls/rows.ts'
import { withOrigin, type Origin } from '../calls/serve.ts'
import { QUICK } from '../effort.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const OBSERVED: Row = {
  id: 'observed',
  title: 'observed',
  file: 'bare/platform-fetch.ts',
  preload: { events: true, spans: 'sampled' },
}

test('a preload that records nothing is found out', async () => {
  const preload = join(folder, 'nothing.cjs')
  writeFileSync(preload, '')

  const refused = withOrigin((origin) => measure(OBSERVED, { origin, times: QUICK.times, preload }))

  await expect(refused).rejects.toThrow(
    /^observed: its telemetry did not see its calls: metrics: 0 in place of \d+,events: 0 in place of \d+,spans: 0 in place of \d+$/u,
  )
})

test('calls that the origin does not know of are found out', async () => {
  const refused = withOrigin((origin) => {
    const forgetful: Origin = { ...origin, ledger: async () => ({}) }
    return measure(OBSERVED, { origin: forgetful, times: QUICK.times })
  })

  await expect(refused).rejects.toThrow(/^observed: \d+ calls made, but the origin counted 0$/u)
})

test('a program that fails is told with what it said', async () => {
  const missing: Row = { id: 'missing', title: 'missing', file: 'own/missing.ts' }

  const refused = withOrigin((origin) => measure(missing, { origin, times: QUICK.times }))

  await expect(refused).rejects.toThrow(/ended with 1:[^]*own\/missing\.ts/u)
})
