import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ATTRIBUTES, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { PRELOAD, programFolder, runNode } from './support/program.ts'
import { onlyRun, total } from './support/run-files.ts'

describe('where nothing can be written, one warning says so and the program is unharmed', () => {
  test('a folder that cannot be made', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      file: '',
      'plimsoll.config.yaml': 'files: { dir: file/below }',
      'app.mjs': `console.log((await fetch(process.env.ORIGIN)).status); setTimeout(() => process.exit(7), 80)`,
    })

    const ended = await runNode(folder, ['app.mjs'], {
      env: { ORIGIN: origin.url, PLIMSOLL_INTERVAL_MS: '20' },
    })

    expect(ended).toMatchObject({ code: 7, stdout: '200\n' })
    expect(ended.stderr.match(/cannot write telemetry/gu)).toHaveLength(1)
    // The banner, that, and at the end what is nowhere else to be read.
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(3)
    expect(ended.stderr).toMatch(/2 events, 2 spans, \d+ data points could not be written to /u)
  })

  test('a disk that fills up: what is lost is counted once there is room again', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      'full.cjs': `const fs = require('node:fs'); const { writeSync } = fs
        fs.writeSync = (...args) => {
          if (args[0] > 2 && globalThis.full) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
          return writeSync(...args)
        }
        require('node:module').syncBuiltinESMExports()`,
      'app.mjs': `globalThis.full = true
        console.log((await fetch(process.env.ORIGIN)).status)
        setTimeout(() => { globalThis.full = false }, 150)`,
    })

    const ended = await runNode(folder, ['app.mjs'], {
      load: 'none',
      nodeArgs: ['-r', './full.cjs', '-r', PRELOAD],
      env: { ORIGIN: origin.url, PLIMSOLL_INTERVAL_MS: '20' },
    })

    expect(ended).toMatchObject({ code: 0, stdout: '200\n' })
    expect(ended.stderr.match(/ENOSPC/gu)).toHaveLength(1)
    const run = onlyRun(folder)
    expect(total(run, INSTRUMENTS.callDuration.name)).toBe(1)
    const lost = (signal: string): number =>
      total(run, INSTRUMENTS.telemetryLost.name, {
        [ATTRIBUTES.signal.key]: signal,
        [ATTRIBUTES.lossReason.key]: 'write_failed',
      })
    expect(lost('logs')).toBe(1)
    expect(lost('traces')).toBeGreaterThanOrEqual(1)
    expect(lost('metrics')).toBeGreaterThanOrEqual(1)
  })

  test('a key that is none: hashes are of this run only, and the run is whole', async () => {
    const folder = programFolder({ 'app.cjs': '', '.plimsoll/key': 'short' })

    const ended = await runNode(folder, ['app.cjs'])

    expect(ended.stderr).toContain('holds no key of 64 hex digits')
    expect(onlyRun(folder).record).toMatchObject({ exitCode: 0 })
  })
})

test('the size cap of a run drops events and spans, counts them, and keeps every count of calls', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'plimsoll.config.yaml': 'files: { maxMegabytes: 1 }',
    'app.mjs': `for (let i = 0; i < 20; i += 1) await (await fetch(process.env.ORIGIN)).text()`,
  })
  await runNode(folder, ['app.mjs'], { env: { ORIGIN: origin.url, PLIMSOLL_RUN_ID: 'full' } })
  const before = onlyRun(folder)
  expect(total(before, INSTRUMENTS.telemetryLost.name)).toBe(0)
  writeFileSync(
    join(before.folder, `${before.instances[0]?.id}.logs.jsonl`),
    `${' '.repeat(900_000)}{}\n`,
    { flag: 'a' },
  )

  await runNode(folder, ['app.mjs'], {
    env: { ORIGIN: origin.url, PLIMSOLL_RUN_ID: 'full', PLIMSOLL_INTERVAL_MS: '10' },
  })

  const second = onlyRun(folder).instances.find(({ id }) => id !== before.instances[0]?.id)
  const run = { ...onlyRun(folder), instances: second === undefined ? [] : [second] }
  expect(total(run, INSTRUMENTS.callDuration.name)).toBe(20)
  expect(
    total(run, INSTRUMENTS.telemetryLost.name, {
      [ATTRIBUTES.lossReason.key]: 'size_cap',
      [ATTRIBUTES.signal.key]: 'logs',
    }),
  ).toBe(21)
  expect(readFileSync(join(run.folder, `${second?.id}.metrics.jsonl`), 'utf8')).toContain(
    INSTRUMENTS.runEndTime.name,
  )
})
