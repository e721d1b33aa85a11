import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@plimsoll/promql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { systemClock } from '../../src/clock.ts'
import { run } from '../../src/cli/run.ts'
import { ratio, sloText } from '../spec-text.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-rules-'))
  writeFileSync(join(dir, 'slo.yaml'), sloText())
  writeFileSync(join(dir, 'run.yaml'), sloText({ indicator: ratio('a{x="$run"}', 'b') }))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

async function rules(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' }
  const code = await run({
    args: ['rules', ...args],
    env: {},
    isTty: false,
    isErrTty: false,
    clock: systemClock,
    random: Math.random,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    startEngine: createEngine,
  })
  return { code, ...written }
}

test('rules go to stdout, or to the file that is named', async () => {
  const spec = join(dir, 'slo.yaml')
  const file = join(dir, 'rules.yaml')

  const printed = await rules(spec)
  const written = await rules(spec, '--output', file)

  expect(printed).toMatchObject({ code: 0, err: '' })
  expect(printed.out.split('\n')[0]).toBe(`# Made by: slo-check rules ${spec}`)
  expect(written).toEqual({ code: 0, out: '', err: '' })
  expect(readFileSync(file, 'utf8')).toBe(printed.out)
})

test('the links of the alerts are as they are told', async () => {
  const { out } = await rules(
    join(dir, 'slo.yaml'),
    '--runbook-url=https://r/',
    '--dashboard-url=https://g/d/x',
  )

  const { groups } = parse(out) as {
    groups: { rules: { annotations?: Record<string, string> }[] }[]
  }
  const annotated = groups.flatMap((group) => group.rules).find((rule) => rule.annotations)
  expect(annotated?.annotations).toMatchObject({
    runbook_url: 'https://r/#sloerrorbudgetburn',
    dashboard: 'https://g/d/x?var-service=harvest',
  })
})

test('no spec, an unknown option and a file that cannot be written are told', async () => {
  const spec = join(dir, 'slo.yaml')

  expect(await rules()).toMatchObject({ code: 2, err: expect.stringContaining('no spec file') })
  expect(await rules(spec, '--ouput', 'x')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--output'),
  })
  expect(await rules(spec, '--output', join(dir, 'no', 'where.yaml'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('ERR_PLIMSOLL_FILE_UNREADABLE'),
  })
})

test('a query that asks for a run is a fault at its place', async () => {
  const spec = join(dir, 'run.yaml')

  expect(await rules(spec)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(`${spec}:13:89: the query \`good\`: \`$run\` cannot be filled`),
  })
})

test('help names every option', async () => {
  const { code, out } = await rules('--help')

  expect(code).toBe(0)
  for (const option of ['--output', '--runbook-url', '--dashboard-url', '--debug'])
    expect(out).toContain(option)
})
