import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { PRELOAD, programFolder, runNode } from './support/program.ts'
import { onlyRun, spansOf, storedRuns, total } from './support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const require = createRequire(import.meta.url)

describe('a program is measured', () => {
  test.each([
    { load: '-r', file: 'app.cjs' },
    { load: '-r', file: 'app.mjs' },
    { load: '--import', file: 'app.cjs' },
    { load: '--import', file: 'app.mjs' },
  ] as const)('loaded by $load: $file', async ({ load, file }) => {
    const origin = await startOrigin()
    const folder = programFolder({
      [file]: `fetch(process.env.ORIGIN).then((r) => r.text()).then((text) => console.log(text))`,
    })

    const ended = await runNode(folder, [file], { load, env: { ORIGIN: origin.url } })

    expect(ended).toMatchObject({ code: 0, stdout: 'ok\n' })
    expect(ended.stderr).toMatch(
      /^plimsoll: \d+\.\d+\.\d+, run \S+: fetch is observed; telemetry goes to \.plimsoll\/runs\/\S+\n$/u,
    )
    expect(total(onlyRun(folder), CALLS)).toBe(1)
    expect(spansOf(onlyRun(folder)).length).toBeGreaterThan(0)
  })

  test('once, when it is preloaded twice', async () => {
    const origin = await startOrigin()
    const folder = programFolder({ 'app.cjs': `fetch(process.env.ORIGIN)` })
    const env = { ORIGIN: origin.url, NODE_OPTIONS: `-r ${PRELOAD}` }

    await runNode(folder, ['app.cjs'], { load: '--import', env })

    expect(total(onlyRun(folder), CALLS)).toBe(1)
  })

  test('with -e, and with no call at all', async () => {
    const folder = programFolder({})

    await runNode(folder, ['-e', '0'])

    expect(onlyRun(folder).record).toMatchObject({ service: { name: 'node' }, exitCode: 0 })
  })
})

describe('the global fetch keeps what the program can see of it', () => {
  test('name, length, and attributes of its property', async () => {
    const text = `
      const { value, ...attributes } = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
      console.log(JSON.stringify([fetch.name, fetch.length, typeof value, attributes, Object.keys(globalThis)]))`
    const folder = programFolder({ 'app.mjs': text })

    const alone = await runNode(folder, ['app.mjs'], { load: 'none' })
    const ended = await runNode(folder, ['app.mjs'])

    expect(ended.stdout).toBe(alone.stdout)
  })

  test('and it stays absent where it was taken away', async () => {
    const folder = programFolder({
      'no-fetch.cjs': 'delete globalThis.fetch',
      'app.cjs': 'console.log(typeof fetch)',
    })

    const ended = await runNode(folder, ['app.cjs'], {
      load: 'none',
      nodeArgs: ['-r', './no-fetch.cjs', '-r', PRELOAD],
    })

    expect(ended).toMatchObject({ code: 0, stdout: 'undefined\n' })
    expect(onlyRun(folder).record).toMatchObject({ exitCode: 0 })
  })
})

describe('left alone are', () => {
  test('npm and its siblings, and our own commands, by what they are and not by their name', async () => {
    const folder = programFolder({
      'node_modules/npm/package.json': '{"name": "npm", "bin": {"npx": "bin/npx-cli.js"}}',
      'node_modules/npm/bin/npx-cli.js': 'console.log(typeof process.env.PLIMSOLL_RUN_ID)',
      'node_modules/@plimsoll/slo-check/package.json':
        '{"name": "@plimsoll/slo-check", "bin": "./bin.js"}',
      'node_modules/@plimsoll/slo-check/bin.js': 'console.log(typeof process.env.PLIMSOLL_RUN_ID)',
    })
    mkdirSync(join(folder, 'bin'))
    symlinkSync('../node_modules/npm/bin/npx-cli.js', join(folder, 'bin/npx'))
    symlinkSync('../node_modules/@plimsoll/slo-check/bin.js', join(folder, 'bin/slo-check'))

    for (const command of ['npx', 'slo-check']) {
      const ended = await runNode(folder, [`bin/${command}`])

      expect(ended).toEqual({ code: 0, signal: null, stdout: 'undefined\n', stderr: '' })
    }
    expect(storedRuns(folder)).toEqual([])
  })

  test('not a program that only has such a name', async () => {
    const folder = programFolder({ 'npm.js': '' })

    await runNode(folder, ['npm.js'])

    expect(onlyRun(folder).record).toMatchObject({ command: 'npm.js' })
  })

  test('everything, when OTEL_SDK_DISABLED says so', async () => {
    const folder = programFolder({
      'app.cjs':
        'console.log(Object.keys(process.env).filter((key) => /PLIMSOLL/.test(key)).length)',
    })

    const ended = await runNode(folder, ['app.cjs'], { env: { OTEL_SDK_DISABLED: 'true' } })

    expect(ended).toEqual({ code: 0, signal: null, stdout: '0\n', stderr: '' })
    expect(storedRuns(folder)).toEqual([])
  })
})

test('on an old Node one line says so, and the program runs', async () => {
  const folder = programFolder({
    'old.cjs': `Object.defineProperty(process.versions, 'node', { value: '20.20.0' })`,
    'app.cjs': `console.log('ran')`,
  })

  const ended = await runNode(folder, ['app.cjs'], {
    load: 'none',
    nodeArgs: ['-r', './old.cjs', '-r', PRELOAD],
  })

  expect(ended).toMatchObject({ code: 0, stdout: 'ran\n' })
  expect(ended.stderr).toMatch(/^plimsoll: Node 20\.20\.0 is too old .*\n$/u)
  expect(storedRuns(folder)).toEqual([])
})

describe('an SDK that was there first', () => {
  const SDK = `
    const { metrics, trace } = require(${JSON.stringify(require.resolve('@opentelemetry/api'))})
    const { MeterProvider, InMemoryMetricExporter, PeriodicExportingMetricReader } = require(${JSON.stringify(require.resolve('@opentelemetry/sdk-metrics'))})
    const exporter = new InMemoryMetricExporter(1)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60000 })
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
    globalThis.measured = async () => {
      await reader.forceFlush()
      return exporter.getMetrics().flatMap((m) => m.scopeMetrics).flatMap((s) => s.metrics)
    }`

  test('gets a copy of the metrics; all goes to files', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      'sdk.cjs': SDK,
      'app.cjs': `fetch(process.env.ORIGIN).then((r) => r.text()).then(measured).then((all) => {
        const found = all.find((metric) => metric.descriptor.name === ${JSON.stringify(CALLS)})
        console.log(found.dataPoints.length, found.dataPoints[0].value.count)
      })`,
    })

    const ended = await runNode(folder, ['app.cjs'], {
      load: 'none',
      nodeArgs: ['-r', './sdk.cjs', '-r', PRELOAD],
      env: { ORIGIN: origin.url },
    })

    expect(ended).toMatchObject({ code: 0, stdout: '1 1\n' })
    expect(ended.stderr).toMatch(
      /metrics go to \.plimsoll\/\S+ and to the OpenTelemetry SDK that was here first/u,
    )
    const run = onlyRun(folder)
    expect(total(run, CALLS)).toBe(1)
    expect(run.instances[0]?.logs.length).toBeGreaterThan(0)
  })

  test('under a much older API keeps all that it has, also one that throws, and ours goes to files', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      'old-api.cjs': `globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.4.0', metrics: { getMeter() { throw new Error('asked') } } }`,
      'app.cjs': `fetch(process.env.ORIGIN).then((r) => r.text()).then(() => {
        console.log(Object.keys(globalThis[Symbol.for('opentelemetry.js.api.1')]).join())
      })`,
    })

    const ended = await runNode(folder, ['app.cjs'], {
      load: 'none',
      nodeArgs: ['-r', './old-api.cjs', '-r', PRELOAD],
      env: { ORIGIN: origin.url },
    })

    expect(ended).toMatchObject({ code: 0, stdout: 'version,metrics\n' })
    expect(total(onlyRun(folder), CALLS)).toBe(1)
  })

  test('a second copy of the API in the program reaches our providers', async () => {
    const folder = programFolder({})
    const copy = join(folder, 'copy.mjs')
    writeFileSync(
      copy,
      `export * from ${JSON.stringify(`${fileURLToPath(import.meta.resolve('@opentelemetry/api'))}?copy`)}`,
    )
    writeFileSync(
      join(folder, 'app.mjs'),
      `import { metrics, trace } from './copy.mjs'
       metrics.getMeter('mine').createCounter('my.counter').add(4)
       trace.getTracer('mine').startSpan('my span').end()`,
    )

    await runNode(folder, ['app.mjs'])

    expect(total(onlyRun(folder), 'my.counter')).toBe(4)
    expect(spansOf(onlyRun(folder))).toEqual(['my span'])
  })
})
