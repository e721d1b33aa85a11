import { createEngine, PromqlError } from '@plimsoll/promql'
import { fileURLToPath } from 'node:url'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { run } from '../../src/cli/run.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { CALM, harvestTruth } from '../harvest-truth.ts'
import { otlpLines } from '../otlp-lines.ts'

const HARVEST = fileURLToPath(new URL('../golden/harvest.yaml', import.meta.url))

let dir: string
let telemetry: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
  telemetry = join(dir, 'calm.jsonl')
  writeFileSync(telemetry, otlpLines(harvestTruth(CALM)).join('\n'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

async function runs(
  given: Partial<Terminal> = {},
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' }
  const code = await run({
    args: [HARVEST, '--otlp', telemetry],
    env: {},
    isTty: false,
    isErrTty: false,
    clock: systemClock,
    random: () => 0,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    startEngine: createEngine,
    ...given,
  })
  return { code, ...written }
}

test('a terminal gets colours, unless they are unwanted', async () => {
  const coloured = await runs({ isTty: true })
  const plain = await Promise.all([
    runs(),
    runs({ isTty: true, env: { NO_COLOR: '1' } }),
    runs({ isTty: true, args: [HARVEST, '--otlp', telemetry, '--no-color'] }),
  ])

  expect(coloured.out).toContain('\u001B[32mpass\u001B[0m')
  for (const { code, out } of plain) {
    expect(code).toBe(0)
    expect(out).not.toContain('\u001B')
  }
})

test('an engine that does not start is a fault of ours: exit 2, what to do, no stack', async () => {
  const startEngine = () => Promise.reject(new PromqlError('engine', 'WebAssembly is off'))

  const { code, out, err } = await runs({ startEngine })

  expect([code, out]).toEqual([2, ''])
  expect(err).toBe(
    'slo-check: the PromQL engine failed: WebAssembly is off [ERR_PLIMSOLL_ENGINE]\n' +
      'There is no verdict. Please report this with the output of the same command and --debug.\n',
  )
})

test('an engine that fails between two queries leaves no verdict', async () => {
  const startEngine = async () => {
    const engine = await createEngine()
    let asked = 0
    return {
      ...engine,
      instant: (query: string, time: number) => {
        asked += 1
        if (asked > 6) throw new PromqlError('engine', 'out of memory')
        return engine.instant(query, time)
      },
      [Symbol.dispose]: () => {
        engine[Symbol.dispose]()
      },
    }
  }

  const { code, out, err } = await runs({ startEngine })

  expect([code, out]).toEqual([2, ''])
  expect(err).toContain('the PromQL engine failed: out of memory')
})

test('a crash of our own says so', async () => {
  const startEngine = () => Promise.reject(new TypeError('x is not a function'))

  const { code, err } = await runs({ startEngine })

  expect(code).toBe(2)
  expect(err).toContain(
    'slo-check: a fault of slo-check itself: x is not a function [ERR_PLIMSOLL_INTERNAL]',
  )
  expect(err).not.toMatch(/\n\s+at /u)
})

test.each([
  ['--help', 'Usage: slo-check [check] <slo.yaml>'],
  ['-h', 'Usage: slo-check [check] <slo.yaml>'],
  ['--version', '0.1.0\n'],
])('%s needs no spec and no engine', async (option, text) => {
  const startEngine = () => Promise.reject(new TypeError('not wanted'))

  for (const args of [[option], ['check', option]])
    expect(await runs({ args, startEngine })).toEqual({
      code: 0,
      out: expect.stringContaining(text) as string,
      err: '',
    })
})

test('the word check changes nothing', async () => {
  const args = [HARVEST, '--otlp', telemetry]

  expect(await runs({ args: ['check', ...args] })).toEqual(await runs({ args }))
})

test('a fault of the spec does not wait for the engine', async () => {
  const startEngine = () => new Promise<never>(() => undefined)

  expect(await runs({ startEngine, args: [join(dir, 'absent.yaml')] })).toMatchObject({ code: 2 })
})
