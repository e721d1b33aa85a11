import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeEach, expect, test } from 'vitest'

// The two lines of the README on one program each: the real preload, then the real command, both as built.

const PRELOAD = fileURLToPath(import.meta.resolve('../packages/register/dist/register.cjs'))
const SLO_CHECK = fileURLToPath(import.meta.resolve('../packages/slo-check/bin/slo-check.js'))
const CALLS = `${prometheusName(INSTRUMENTS.callDuration)}_count`

const SPEC = `
apiVersion: openslo/v1
kind: SLO
metadata: { name: calls-good }
spec:
  service: app
  indicator:
    metadata: { name: calls-good }
    spec:
      ratioMetric:
        counter: true
        good: { metricSource: { type: Prometheus, spec: { query: '${CALLS}{error_type=""}' } } }
        total: { metricSource: { type: Prometheus, spec: { query: '${CALLS}' } } }
  timeWindow: [{ duration: 1d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.5 }]
`

const ORIGIN = `
const origin = require('node:http').createServer((_, response) => response.end('x'))
const listening = new Promise((resolve) => origin.listen(0, '127.0.0.1', () =>
  resolve('http://127.0.0.1:' + origin.address().port)))
`

let folder: string
const folders: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
  folders.push(folder)
  writeFileSync(join(folder, 'slo.yaml'), SPEC)
})
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true })
})

function run(program: string) {
  writeFileSync(join(folder, 'app.cjs'), program)
  return spawnSync(process.execPath, ['-r', PRELOAD, 'app.cjs'], { cwd: folder, encoding: 'utf8' })
}

function check() {
  const args = [SLO_CHECK, 'slo.yaml', '--report', 'json']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stderr, report: JSON.parse(stdout) as unknown }
}

test('a run cut by kill -9 still loads, is called incomplete, and is no pass', () => {
  const app = run(`${ORIGIN}
    listening.then(async (url) => {
      for (let i = 0; i < 3; i++) await (await fetch(url)).text()
      process.kill(process.pid, 'SIGKILL')
    })
  `)

  const { status, report } = check()

  expect(app.signal).toBe('SIGKILL')
  expect(status).toBe(2)
  expect(report).toMatchObject({ run: { complete: false } })
})

test('one process, three workers and two forked children add up exactly', () => {
  writeFileSync(
    join(folder, 'caller.cjs'),
    `const [url, calls] = require('node:worker_threads').workerData ?? process.argv.slice(2)
     void (async () => {
       for (let i = 0; i < Number(calls); i++) await (await fetch(url)).text()
     })()`,
  )
  const app = run(`${ORIGIN}
    const { fork } = require('node:child_process')
    const { Worker } = require('node:worker_threads')
    const ended = (child) => new Promise((resolve) => child.once('exit', resolve))
    listening.then(async (url) => {
      await (await fetch(url)).text()
      await Promise.all([
        ...[10, 100, 1000].map((calls) => ended(new Worker('./caller.cjs', { workerData: [url, calls] }))),
        ...[20, 200].map((calls) => ended(fork('./caller.cjs', [url, calls]))),
      ])
      process.exit(7)
    })
  `)

  const { status, report } = check()

  expect({ code: app.status, check: status }).toEqual({ code: 7, check: 0 })
  expect(report).toMatchObject({
    run: { complete: true },
    source: { instances: 6 },
    objectives: [{ good: 1331, total: 1331, counting: 'last', verdict: 'pass' }],
  })
})
