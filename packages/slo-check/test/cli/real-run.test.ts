import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../../src/report/model.ts'
import { ratio, sloText, threshold } from '../spec-text.ts'

// A real program under the real preload, and the real command after it: both as built.

const CALLS = prometheusName(I.callDuration)
const BIN = fileURLToPath(new URL('../../bin/slo-check.js', import.meta.url))
const PRELOAD = fileURLToPath(new URL('../../../register/dist/register.cjs', import.meta.url))

/** Seven calls that end well, two that do not, and an exit code of its own. */
const PROGRAM = `
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  response.statusCode = request.url === '/bad' ? 500 : 200
  response.end('ok')
}).listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  for (const path of ['/1', '/2', '/bad', '/3', '/4', '/5', '/bad', '/6', '/7'])
    await (await fetch(url + path)).text()
  process.exit(3)
})
`

const SPEC = [
  sloText({
    name: 'calls-good',
    indicator: ratio(`${CALLS}_count{error_type=""}`, `${CALLS}_count`),
    objective: '{ target: 0.8 }',
  }),
  sloText({
    name: 'calls-fast',
    annotations: '{ plimsoll.dev/kind: percentile }',
    indicator: threshold(`${CALLS}_bucket`),
    objective: '{ op: lte, value: 120, target: 0.5 }',
  }),
].join('---\n')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
  writeFileSync(join(dir, 'app.mjs'), PROGRAM)
  writeFileSync(join(dir, 'slo.yaml'), SPEC)
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

test('a real run is complete, its counts are exact, and a broken promise is exit 1', () => {
  const app = spawnSync(process.execPath, ['-r', PRELOAD, 'app.mjs'], {
    cwd: dir,
    encoding: 'utf8',
  })
  const check = spawnSync(process.execPath, [BIN, 'slo.yaml', '--report', 'json'], {
    cwd: dir,
    encoding: 'utf8',
  })

  expect([app.status, app.stdout]).toEqual([3, ''])
  expect([check.status, check.stderr]).toEqual([1, ''])
  const report = JSON.parse(check.stdout) as Report
  expect(report).toMatchObject({
    verdict: 'fail',
    run: { complete: true },
    source: { instances: 1 },
  })
  expect(report.objectives).toMatchObject([
    { slo: 'calls-good', good: 7, total: 9, counting: 'last', verdict: 'fail' },
    { slo: 'calls-fast', total: 9, verdict: 'pass' },
  ])
})
