import { INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { onlyRun, storedRuns, total } from './support/run-files.ts'

const BAD = 'service:\n  name: a\nfetch:\n  defaults: { timeoutMs: soon }\nfiles:\n  keep: 3\n'

describe('a configuration that is not valid', () => {
  test('is told with file, line and column, and the program runs observed only', async () => {
    const origin = await startOrigin((_, response) => {
      response.statusCode = 503
      response.end()
    })
    const folder = programFolder({
      'plimsoll.config.yaml': BAD,
      'app.mjs': `console.log((await fetch(process.env.ORIGIN)).status)`,
    })

    const ended = await runNode(folder, ['app.mjs'], { env: { ORIGIN: origin.url } })

    expect(ended).toMatchObject({ code: 0, stdout: '503\n' })
    const [first, second, third, ...more] = ended.stderr.trimEnd().split('\n')
    expect(first).toMatch(
      /^plimsoll: plimsoll\.config\.yaml:4:26: fetch\.defaults\.timeoutMs: .*"soon"/u,
    )
    expect(second).toMatch(/^plimsoll: plimsoll\.config\.yaml:6:3: unknown key files\.keep/u)
    expect(third).toContain('fetch is observed')
    expect(more).toEqual([])
    // A retry would have asked again.
    expect(origin.requests()).toBe(1)
    expect(total(onlyRun(folder), INSTRUMENTS.callDuration.name)).toBe(1)
  })

  test('refuses the start under PLIMSOLL_STRICT for a variable as well', async () => {
    const folder = programFolder({ 'app.cjs': `console.log('ran')` })
    const env = { PLIMSOLL_STRICT: '1', OTEL_TRACES_SAMPLER: 'xray' }

    const ended = await runNode(folder, ['app.cjs'], { env })

    expect(ended).toMatchObject({ code: 78, stdout: '' })
    expect(ended.stderr).toContain('OTEL_TRACES_SAMPLER=xray')
  })

  test('is told once for all the processes and workers of a run', async () => {
    const folder = programFolder({
      'plimsoll.config.yaml': 'x: 1',
      'app.cjs': `const { fork } = require('node:child_process')
        const { Worker, isMainThread } = require('node:worker_threads')
        if (process.send) process.disconnect()
        else if (isMainThread) { fork(__filename); new Worker(__filename) }`,
    })

    const ended = await runNode(folder, ['app.cjs'])

    expect(ended.stderr.match(/unknown key/gu)).toHaveLength(1)
    expect(onlyRun(folder).instances).toHaveLength(3)
  })

  test('refuses the start under PLIMSOLL_STRICT, and says so however silent the rest is', async () => {
    const folder = programFolder({ 'plimsoll.config.yaml': BAD, 'app.cjs': `console.log('ran')` })
    const env = { PLIMSOLL_STRICT: '1', PLIMSOLL_LOG: 'silent' }

    const ended = await runNode(folder, ['app.cjs'], { env })

    expect(ended).toMatchObject({ code: 78, stdout: '' })
    expect(ended.stderr).toContain('plimsoll.config.yaml:6:3: ')
    expect(ended.stderr).toContain('PLIMSOLL_STRICT is set: the program does not start')
    expect(storedRuns(folder)).toEqual([])
  })
})

test('strict and valid, the program starts', async () => {
  const folder = programFolder({
    'plimsoll.config.yaml': 'fetch: {}',
    'app.cjs': `console.log('ran')`,
  })

  const ended = await runNode(folder, ['app.cjs'], { env: { PLIMSOLL_STRICT: '1' } })

  expect(ended).toMatchObject({ code: 0, stdout: 'ran\n' })
  expect(ended.stderr).toContain('fetch is under the policies of plimsoll.config.yaml')
})

test('policies come from the file', async () => {
  let asked = 0
  const origin = await startOrigin((_, response) => {
    asked += 1
    response.statusCode = asked === 1 ? 503 : 200
    response.end('ok')
  })
  const folder = programFolder({
    'plimsoll.config.json':
      '{"fetch": {"defaults": {"retry": {"baseDelayMs": 1}}}, "service": {"name": "policed"}}',
    'app.mjs': `console.log((await fetch(process.env.ORIGIN)).status)`,
  })

  const ended = await runNode(folder, ['app.mjs'], { env: { ORIGIN: origin.url } })

  expect(ended.stdout).toBe('200\n')
  const run = onlyRun(folder)
  expect(run.record).toMatchObject({ service: { name: 'policed' } })
  expect(total(run, INSTRUMENTS.callDuration.name)).toBe(1)
  expect(total(run, INSTRUMENTS.requestDuration.name)).toBe(2)
})

test('boundaries from the file are buckets in the telemetry', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'plimsoll.config.yaml': `metrics: { boundaries: { ${INSTRUMENTS.callDuration.name}: [0.042] } }`,
    'app.mjs': `await fetch(process.env.ORIGIN)`,
  })

  await runNode(folder, ['app.mjs'], { env: { ORIGIN: origin.url } })

  expect(JSON.stringify(onlyRun(folder).instances[0]?.metrics.at(-1))).toContain('0.025,0.042,0.05')
})

describe('the name of the service', () => {
  const app = { 'src/app.cjs': '', 'package.json': '{"name": "@me/app", "version": "0.3.0"}' }
  test.each([
    [
      'of the configuration',
      { ...app, 'plimsoll.config.yaml': 'service: { name: configured }' },
      { OTEL_SERVICE_NAME: 'named' },
      'configured',
    ],
    [
      'of OTEL_SERVICE_NAME',
      app,
      { OTEL_SERVICE_NAME: 'named', OTEL_RESOURCE_ATTRIBUTES: 'service.name=attributed' },
      'named',
    ],
    [
      'of OTEL_RESOURCE_ATTRIBUTES',
      app,
      { OTEL_RESOURCE_ATTRIBUTES: 'service.name=attributed,a=b%2Cc' },
      'attributed',
    ],
    ['of package.json', app, {}, '@me/app'],
    [
      'of the main script, where package.json is of a workspace',
      { ...app, 'package.json': '{"name": "root", "workspaces": []}' },
      {},
      'app',
    ],
  ])('%s', async (_, files, env, expected) => {
    const folder = programFolder(files)

    await runNode(folder, ['src/app.cjs'], { env })

    expect(onlyRun(folder).record).toMatchObject({ service: { name: expected } })
  })
})

describe('variables that make no sense', () => {
  test.each([
    ['PLIMSOLL_LOG', 'loud'],
    ['PLIMSOLL_INTERVAL_MS', '0'],
    ['PLIMSOLL_EXIT_MS', '-1'],
    ['OTEL_METRICS_EXPORTER', 'console'],
    ['PLIMSOLL_RELOAD_MS', 'never'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b,c'],
    ['OTEL_TRACES_SAMPLER', 'xray'],
  ])('%s=%s is named, and the run goes to files', async (name, value) => {
    const folder = programFolder({ 'app.cjs': '' })

    const ended = await runNode(folder, ['app.cjs'], { env: { [name]: value } })

    expect(ended.code).toBe(0)
    expect(ended.stderr.split('\n').filter((line) => line.includes(name))).toHaveLength(1)
    expect(onlyRun(folder).record).toMatchObject({ exitCode: 0 })
  })
})

test('PLIMSOLL_LOG=silent says nothing at all', async () => {
  const folder = programFolder({ 'plimsoll.config.yaml': BAD, 'app.cjs': '' })

  const ended = await runNode(folder, ['app.cjs'], { env: { PLIMSOLL_LOG: 'silent' } })

  expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
})

test('OTEL_LOG_LEVEL lets OpenTelemetry speak, on stderr, of whatever it likes', async () => {
  const folder = programFolder({
    'app.mjs': `const api = globalThis[Symbol.for('opentelemetry.js.api.1')]; const a = { n: 1n }; a.a = a; api.diag.error('asked', a); api.diag.info('unasked')`,
  })

  const ended = await runNode(folder, ['app.mjs'], { env: { OTEL_LOG_LEVEL: 'warn' } })

  expect(ended.stdout).toBe('')
  expect(ended.stderr).toContain(
    'plimsoll: OpenTelemetry: asked <ref *1> { n: 1n, a: [Circular *1] }\n',
  )
  expect(ended.stderr).not.toContain('unasked')
})
