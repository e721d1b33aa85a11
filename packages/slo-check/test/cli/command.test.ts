import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM, STORMY, harvestTruth } from '../harvest-truth.ts'
import { RUN_ID, otlpLines, type InstanceTruth } from '../otlp-lines.ts'
import { raw, ratio, sloText } from '../spec-text.ts'

// The real command in a process of its own, on what was built: `tsc -b` comes first.

const BIN = fileURLToPath(new URL('../../bin/slo-check.js', import.meta.url))
const HARVEST = fileURLToPath(new URL('../golden/harvest.yaml', import.meta.url))
const STACK = /\n\s+at .+:\d+/u

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
  writeRun('calm', harvestTruth(CALM), '2026-11-18T11:00:00.000Z')
  writeRun('cut', { ...harvestTruth(CALM), markers: 'start' }, '2026-11-18T11:30:00.000Z')
  writeRun('stormy', harvestTruth(STORMY), '2026-11-18T12:00:00.000Z')
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function sloCheck(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const { NODE_OPTIONS: _options, ...inherited } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: dir,
    env: { ...inherited, ...env },
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr }
}

function writeRun(id: string, truth: InstanceTruth, start: string): void {
  const path = join(dir, '.plimsoll', 'runs', id)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'run.json'), JSON.stringify({ schemaVersion: 1, id, start }))
  const lines = otlpLines({ ...truth, runId: id })
  writeFileSync(join(path, 'instance-1.metrics.jsonl'), `${lines.join('\n')}\n`)
}

function write(name: string, text: string | Uint8Array): string {
  writeFileSync(join(dir, name), text)
  return name
}

describe('the exit code', () => {
  test('is 0 when every promise was kept', () => {
    const { code, out, err } = sloCheck([HARVEST, '--run', 'calm'])

    expect(code).toBe(0)
    expect(out).toContain('verdict: pass (8 pass)\n')
    expect(err).toBe('')
  })

  test('is 1 with a report when one was broken, of the latest run by default', () => {
    const { code, out } = sloCheck([HARVEST])

    expect(code).toBe(1)
    expect(out).toContain('run stormy')
    expect(out).toContain('verdict: fail (6 fail, 2 pass)\n')
  })

  test('is 2 when the run was cut short', () => {
    const { code, out } = sloCheck([HARVEST, '--run', 'cut'])

    expect(code).toBe(2)
    expect(out).toContain('INCOMPLETE')
    expect(out).toContain('verdict: inconclusive (8 inconclusive)\n')
  })

  test('is 2 when there are no data for a promise', () => {
    const spec = write(
      'nowhere.yaml',
      sloText({ indicator: ratio('nowhere_total', 'nowhere_total') }),
    )

    const { code, out } = sloCheck([spec, '--run', 'calm'])

    expect(code).toBe(2)
    expect(out).toContain('the run never recorded the metric nowhere_total')
    expect(out).toContain('verdict: no_data (1 no_data)\n')
  })
})

describe('bad input is exit 2, one clear message on stderr, nothing on stdout and no stack:', () => {
  const lookups = prometheusName(I.cacheLookups)
  test.each<[string, () => string[], RegExp]>([
    [
      'no spec',
      () => [],
      /^slo-check: no spec file given; for example: slo-check slo\.yaml .*\[ERR_PLIMSOLL_USAGE\]\n$/u,
    ],
    [
      'an unknown option',
      () => ['--explian'],
      /unknown option --explian; did you mean `--explain`\?/u,
    ],
    [
      'a spec that is not there',
      () => ['absent.yaml'],
      /^slo-check: cannot read the spec absent\.yaml: there is no such file.*\[ERR_PLIMSOLL_FILE_UNREADABLE\]\n$/u,
    ],
    [
      'a spec that is a folder',
      () => ['.'],
      /cannot read the spec \.: it is a folder, not a file/u,
    ],
    [
      'a spec that is no text',
      () => [write('utf16.yaml', Buffer.from('kind: SLO', 'utf16le').fill(0xff, 0, 1))],
      /the spec utf16\.yaml is no text in UTF-8/u,
    ],
    [
      'a spec that is no YAML',
      () => [write('broken.yaml', 'kind: "SLO\n')],
      /^slo-check: broken\.yaml is not valid OpenSLO v1: 1 fault \[ERR_PLIMSOLL_SPEC_INVALID\]\nbroken\.yaml:2:1: not valid YAML/u,
    ],
    [
      'a spec with faults',
      () => [write('faults.yaml', sloText({ objective: '{ target: 99 }' }))],
      /\nfaults\.yaml:10:26: `spec\.objectives\[0\]\.target` must be at least 0 and below 1/u,
    ],
    [
      'a query that does not parse',
      () => [
        write('query.yaml', sloText({ indicator: raw(`sum(\n${lookups}[$window]`, 'success') })),
      ],
      /^slo-check: a query is not valid \[ERR_PLIMSOLL_QUERY_INVALID\]\nquery\.yaml:13:\d+: the query `raw`: /u,
    ],
    [
      'a run that is not there',
      () => [HARVEST, '--run', 'calmm'],
      /there is no run calmm: .*; did you mean calm\? \[ERR_PLIMSOLL_RUN_NOT_FOUND\]/u,
    ],
    [
      'no run at all',
      () => [HARVEST, '--dir', 'elsewhere'],
      /there is no run in elsewhere\/runs: start a program with `node -r @plimsoll\/register app\.js`/u,
    ],
    [
      'a folder that is no run',
      () => [HARVEST, '--run', dir],
      /the folder .* is no run: it has neither run\.json nor .*\[ERR_PLIMSOLL_RUN_NOT_A_RUN\]/u,
    ],
    [
      'telemetry that is not there',
      () => [HARVEST, '--otlp', 'absent.jsonl'],
      /cannot read absent\.jsonl: there is no such file/u,
    ],
    [
      'telemetry without metrics',
      () => [HARVEST, '--otlp', write('empty.jsonl', '')],
      /empty\.jsonl has no data: its file holds no line .*\[ERR_PLIMSOLL_RUN_NO_DATA\]/u,
    ],
  ])('%s', (_what, args, message) => {
    const { code, out, err } = sloCheck(args())

    expect(err).toMatch(message)
    expect(err).not.toMatch(STACK)
    expect([code, out]).toEqual([2, ''])
  })

  test('--debug shows the stack', () => {
    const { code, err } = sloCheck([HARVEST, '--run', 'calmm', '--debug'])

    expect(code).toBe(2)
    expect(err).toMatch(STACK)
  })
})

describe('the report', () => {
  test('is JSON alone on stdout when asked for, warnings and explanation on stderr', () => {
    const { code, out, err } = sloCheck([HARVEST, '--run', 'calm', '--report', 'json', '--explain'])

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      verdict: 'pass',
      run: { id: 'calm', complete: true },
    })
    expect(err).toContain('sum(last_over_time(')
  })

  test('goes to a file too, in the form that its name says', () => {
    const { code, out } = sloCheck([HARVEST, '--run', 'calm', '--output', 'report.json'])

    expect(code).toBe(0)
    expect(out).toContain('verdict: pass')
    expect(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8'))).toMatchObject({
      verdict: 'pass',
    })
  })

  test('that cannot be written is exit 2, after the table', () => {
    const { code, out, err } = sloCheck([
      HARVEST,
      '--run',
      'calm',
      '--output',
      'no/such/report.json',
    ])

    expect(code).toBe(2)
    expect(out).toContain('verdict: pass')
    expect(err).toContain('cannot write the report to no/such/report.json: there is no such file')
  })

  test('is explained below the table', () => {
    const { out } = sloCheck([HARVEST, '--run', 'calm', '--explain'])

    expect(out).toContain('every query is evaluated at 2026-11-18T11:07:10.000Z; $window is 90s')
    expect(out).toContain('    answer   {} 289\n')
  })

  test('has no colours where stdout is no terminal', () => {
    expect(sloCheck([HARVEST], { FORCE_COLOR: '1' }).out).not.toContain('\u001B')
  })
})

test('what is wrong with the data is a warning with file and line, and in the JSON', () => {
  const lines = otlpLines({ ...harvestTruth(CALM), runId: null, markers: 'none' })
  const file = write('foreign.jsonl', [...lines, '{"resourceMetrics":[{', ''].join('\n'))
  const spec = write('yield.yaml', readFileSync(HARVEST, 'utf8').split('\n---\n')[0] ?? '')

  const { code, out, err } = sloCheck([spec, '--otlp', file, '--report', 'json'])

  const { run, warnings } = JSON.parse(out) as { run: unknown; warnings: string[] }
  expect(code).toBe(2)
  expect(run).toMatchObject({ id: null, complete: false })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/^foreign\.jsonl:4: /u)
  expect(err).toBe(warnings.map((warning) => `warning: ${warning}\n`).join(''))
})

test.each([
  [
    'wrote its events and was killed before its metrics',
    'child.logs.jsonl',
    '{"resourceLogs":[]}\n',
  ],
  ['was killed while it wrote its first line', 'child.metrics.jsonl', '{"resourceMetrics":[{"reso'],
  ['was killed before it wrote anything into its file', 'child.metrics.jsonl', ''],
])('a process that %s leaves the run incomplete', (_what, file, text) => {
  writeRun('forked', harvestTruth(CALM), '2026-11-17T11:00:00.000Z')
  const run = join(dir, '.plimsoll', 'runs', 'forked')
  writeFileSync(join(run, file), text)

  const { code, out } = sloCheck([HARVEST, '--run', 'forked'])
  rmSync(run, { recursive: true })

  expect(code).toBe(2)
  expect(out).toContain('1 of 2 instances left no end marker (child)')
})

test('one run of several in OTLP files is chosen by its id', () => {
  const files = ['one', 'two'].map((runId) =>
    write(
      `${runId}.jsonl`,
      otlpLines({ ...harvestTruth(runId === 'one' ? CALM : STORMY), runId }).join('\n'),
    ),
  )
  const spec = write('yield.yaml', readFileSync(HARVEST, 'utf8').split('\n---\n')[0] ?? '')

  expect(sloCheck([spec, '--otlp', ...files])).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'holds several runs (one, two); choose one with --run ID',
    ) as string,
  })
  expect(sloCheck([spec, '--otlp', ...files, '--run', 'one'])).toMatchObject({ code: 0 })
  expect(sloCheck([spec, '--otlp', ...files, '--run', 'two'])).toMatchObject({ code: 1 })
})

test('--help tells the exit codes, --version the version', () => {
  expect(sloCheck(['--help']).out).toContain('Exit codes:')
  expect(sloCheck(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' })
})

test('the run id of the test data is one that the preload would make', () => {
  expect(RUN_ID).toMatch(/^\d{8}T\d{6}Z-[\da-f]{6}$/u)
})
