import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const action = join(import.meta.dirname, '..')
const root = join(action, '..')
const work = mkdtempSync(join(tmpdir(), 'plimsoll-action-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Gate {
  readonly status: number | null
  readonly log: string
  readonly verdict: string | undefined
  readonly report: string | undefined
  readonly summary: string
}

/** Runs the step as the runner does. */
function gate(folder: string, inputs: Record<string, string>): Gate {
  const [output, summary] = [join(folder, 'output'), join(folder, 'summary')]
  for (const file of [output, summary]) writeFileSync(file, '')
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(action, 'gate.mjs')], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [`GATE_${name.toUpperCase()}`, value]),
      ),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    },
  })
  const outputs = new Map(
    readFileSync(output, 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  return {
    status,
    log: stdout + stderr,
    verdict: outputs.get('verdict'),
    report: outputs.get('report'),
    summary: readFileSync(summary, 'utf8'),
  }
}

/** A project whose `slo-check` does what `script` says; `report` is the path that it was given. */
function projectWith(name: string, script: string): string {
  const folder = join(work, name)
  const installed = join(folder, 'node_modules/@plimsoll/slo-check')
  mkdirSync(join(installed, 'bin'), { recursive: true })
  writeFileSync(join(installed, 'package.json'), '{ "main": "./dist/index.js" }')
  mkdirSync(join(installed, 'dist'))
  writeFileSync(join(installed, 'dist/index.js'), '')
  writeFileSync(
    join(installed, 'bin/slo-check.js'),
    `const { writeFileSync } = require('node:fs')
     const report = process.argv.find((one) => one.startsWith('--output=')).slice('--output='.length)
     const write = (verdict) => writeFileSync(report, JSON.stringify({
       schemaVersion: 1, verdict, run: { id: 'r1', start: 's', end: 'e', complete: true },
       source: { name: 'x', services: ['shop'] }, warnings: ['one | two'],
       objectives: [{ slo: 'yield', verdict, op: 'gte', kind: 'ratio', value: 0.5, target: 0.85, good: 1, total: 2, unit: '1', reason: '50 % of\\n2' }],
     }))
     ${script}`,
  )
  return folder
}

describe('exit 1 counts as broken', () => {
  test('with a report that says so', () => {
    const folder = projectWith('broken', `write('fail'); process.exit(1)`)

    const { status, verdict, report, log, summary } = gate(folder, { spec: 'slo.yaml' })

    expect({ status, verdict, report }).toEqual({
      status: 1,
      verdict: 'fail',
      report: join(folder, 'slo-report.json'),
    })
    expect(log).toContain('::error title=slo-check broken::yield: fail, 50 %25 of%0A2')
    expect(summary).toContain('| ❌ fail | yield | 50 % | ≥ 85 % | 1 / 2 | 50 % of 2 |')
    expect(summary).toContain('one \\| two')
  })

  test.each([
    ['without a report', `process.exit(1)`, 'left no report'],
    ['with one that says otherwise', `write('pass'); process.exit(1)`, 'a report that says pass'],
    ['with half a report', `writeFileSync(report, '{"schema'); process.exit(1)`, 'left no report'],
    ['after a crash', `throw new Error('out of luck')`, 'left no report'],
    ['after a kill', `process.kill(process.pid, 'SIGKILL')`, 'signal SIGKILL'],
  ])('but not %s: then nothing was decided', (name, script, why) => {
    const folder = projectWith(name.replaceAll(' ', '-'), script)
    // What an earlier step left must not speak for this one.
    writeFileSync(join(folder, 'slo-report.json'), '{"schemaVersion":1,"verdict":"fail"}')

    const { status, verdict, report, log } = gate(folder, { spec: 'slo.yaml' })

    expect({ status, verdict, report }).toEqual({ status: 2, verdict: 'error', report: '' })
    expect(log).toContain('Nothing was decided')
    expect(log).toContain(why)
  })
})

describe('an undecided verdict', () => {
  const folder = projectWith('undecided', `write('inconclusive'); process.exit(2)`)

  test('fails the job', () => {
    expect(gate(folder, { spec: 'slo.yaml' })).toMatchObject({ status: 2, verdict: 'inconclusive' })
  })

  test('only warns where the job says so', () => {
    const { status, log } = gate(folder, { spec: 'slo.yaml', undecided: 'warn' })

    expect(status).toBe(0)
    expect(log).toContain('::warning title=slo-check undecided::yield')
  })
})

describe('an input that cannot be followed is named:', () => {
  test.each([
    [{ spec: ' \n' }, '`spec` names no file'],
    [{ spec: 'slo.yaml', undecided: 'maybe' }, '`undecided` must be fail or warn, got "maybe"'],
  ])('%o', (inputs, message) => {
    const { status, log } = gate(projectWith('inputs', ''), inputs)

    expect(status).toBe(2)
    expect(log).toContain(message)
    rmSync(join(work, 'inputs'), { recursive: true })
  })

  test('a project without slo-check', () => {
    const { status, log } = gate(mkdtempSync(join(work, 'bare-')), { spec: 'slo.yaml' })

    expect(status).toBe(2)
    expect(log).toContain('npm install --save-dev @plimsoll/slo-check')
  })
})

test('inputs are arguments, never commands', () => {
  const folder = projectWith(
    'arguments',
    `writeFileSync('seen', process.argv.slice(2).join('\\n'))`,
  )

  gate(folder, {
    spec: 'a.yaml\n  b; touch pwned.yaml',
    run: '$(touch pwned)',
    prometheus: 'http://x',
    args: '--wait=60s\n--tenant=a b',
  })

  expect(readFileSync(join(folder, 'seen'), 'utf8').split('\n').slice(0, 6)).toEqual([
    'a.yaml',
    'b; touch pwned.yaml',
    '--run=$(touch pwned)',
    '--prometheus=http://x',
    '--wait=60s',
    '--tenant=a b',
  ])
  expect(existsSync(join(folder, 'pwned'))).toBe(false)
})

describe('the worked example', () => {
  const folder = join(root, `examples/plain/.work/action-${process.pid}`)
  beforeAll(() => {
    mkdirSync(folder, { recursive: true })
    cpSync(join(root, 'examples/plain/plain.cjs'), join(folder, 'plain.cjs'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('gates a real program with the real command', () => {
    const program = spawnSync(process.execPath, ['-r', '@plimsoll/register', 'plain.cjs'], {
      cwd: folder,
    })
    const kept = gate(folder, { spec: join(root, 'examples/plain/slo.yaml') })
    const strict = join(folder, 'strict.yaml')
    const spec = readFileSync(join(root, 'examples/plain/slo.yaml'), 'utf8')
    writeFileSync(strict, spec.replace('error_type=""', 'error_type="timeout"'))
    const broken = gate(folder, { spec: strict, report: 'strict.json' })

    expect(program.status).toBe(0)
    expect(kept).toMatchObject({ status: 0, verdict: 'pass' })
    expect(kept.summary).toContain('✅ pass | calls-good | 100 % | ≥ 99 % | 3 / 3')
    expect(broken).toMatchObject({
      status: 1,
      verdict: 'fail',
      report: join(folder, 'strict.json'),
    })
  })

  test('names inputs and outputs that the action has', () => {
    const { inputs, outputs, runs } = parse(
      readFileSync(join(action, 'action.yml'), 'utf8'),
    ) as Action
    const readme = readFileSync(join(action, 'README.md'), 'utf8')
    const [workflow, steps] = [...readme.matchAll(/```yaml\n([\s\S]*?)```/gu)].map(([, text]) =>
      parse(text ?? ''),
    ) as [{ jobs: Record<string, { steps: Step[] }> }, Step[]]
    const used = [...Object.values(workflow.jobs).flatMap((job) => job.steps), ...steps].filter(
      ({ uses }) => uses?.includes('/action@'),
    )

    expect(used).toHaveLength(2)
    for (const { with: given = {} } of used)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
    for (const name of Object.keys(inputs)) expect(readme).toContain(`| \`${name}\``)
    for (const [, name] of readme.matchAll(/steps\.promises\.outputs\.(\w+)/gu))
      expect(Object.keys(outputs)).toContain(name)
    const [{ env, run }] = runs.steps
    expect(run).not.toContain('${{')
    expect(Object.keys(env).toSorted()).toEqual(
      Object.keys(inputs)
        .filter((name) => name !== 'working-directory')
        .map((name) => `GATE_${name.toUpperCase()}`)
        .toSorted(),
    )
  })
})

interface Step {
  readonly uses?: string
  readonly with?: Record<string, string>
}

interface Action {
  readonly inputs: Record<string, unknown>
  readonly outputs: Record<string, unknown>
  readonly runs: { readonly steps: readonly [{ env: Record<string, string>; run: string }] }
}

test('the action finds the command where npm puts it', () => {
  const main = createRequire(import.meta.url).resolve('@plimsoll/slo-check')

  expect(existsSync(join(dirname(main), '../bin/slo-check.js'))).toBe(true)
})
