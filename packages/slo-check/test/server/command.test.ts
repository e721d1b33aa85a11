import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { STORMY, harvestTruth } from '../harvest-truth.ts'
import type { Ended } from './asked-server.ts'
import { fakePrometheus } from './fake-prometheus.ts'

// The real command in a process of its own, on what was built: `tsc -b` comes first.

const BIN = fileURLToPath(new URL('../../bin/slo-check.js', import.meta.url))
const HARVEST = fileURLToPath(new URL('../golden/harvest.yaml', import.meta.url))

function sloCheck(args: readonly string[]): Promise<Ended> {
  const { NODE_OPTIONS: _options, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], { env, timeout: 50_000 })
    const written = { out: '', err: '' }
    child.stdout.on('data', (chunk) => void (written.out += String(chunk)))
    child.stderr.on('data', (chunk) => void (written.err += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? -1, ...written })
    })
  })
}

test('a server is asked, and a broken promise is exit 1 with a report', async () => {
  await using server = await fakePrometheus({
    truths: [harvestTruth(STORMY)],
  })

  const then = ['--at', '2026-11-18T12:00:00Z', '--wait', '0']
  const { code, out, err } = await sloCheck([HARVEST, '--prometheus', server.url, ...then])

  expect([code, err]).toEqual([1, ''])
  expect(out).toContain(`${server.url} (Prometheus 3.15.0)`)
  expect(out).toContain('verdict: fail (6 fail, 2 pass)\n')
})
