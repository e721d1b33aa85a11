import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = join(import.meta.dirname, `.work/test-${process.pid}`)
mkdirSync(folder, { recursive: true })
cpSync(join(import.meta.dirname, 'plain.cjs'), join(folder, 'plain.cjs'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sloCheck = join(
  dirname(createRequire(import.meta.url).resolve('@plimsoll/slo-check')),
  '../bin/slo-check.js',
)

function node(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
  })
  return { stdout, stderr, status }
}

test('the plain script says the same with and without the preload, and keeps its promises', () => {
  const bare = node('plain.cjs')

  const observed = node('-r', '@plimsoll/register', 'plain.cjs')
  const gate = node(sloCheck, join(import.meta.dirname, 'slo.yaml'), '--report', 'json')

  expect(bare).toMatchObject({
    stdout: '/a 200 apples\n/b 200 bananas\n/c 200 cherries\n',
    status: 0,
  })
  expect(observed.stdout).toBe(bare.stdout)
  expect(observed.status).toBe(0)
  expect(readdirSync(join(folder, '.plimsoll/runs'))).toHaveLength(1)
  expect(gate).toMatchObject({ status: 0 })
  const { objectives } = JSON.parse(gate.stdout) as { objectives: Record<string, unknown>[] }
  expect(objectives[0]).toMatchObject({ slo: 'calls-good', good: 3, total: 3, verdict: 'pass' })
})
