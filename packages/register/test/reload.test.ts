import { symlinkSync } from 'node:fs'
import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { onlyRun, total } from './support/run-files.ts'

const NAME = 'plimsoll.config.yaml'
const LIMITED = 'fetch: { defaults: { limiter: { ratePerSecond: 0.001, maxDelayMs: 0 } } }'

/** For programs: what the preload records of its configuration, one after the other. */
const HEARD = `
  const shared = globalThis[Symbol.for('plimsoll/1')].get('recorder')
  const recorder = shared.installed
  const waiting = []
  shared.installed = {
    record(record) {
      recorder.record(record)
      if (record.kind === 'config_reload') waiting.shift()?.(record)
    },
  }
  const reloaded = () => new Promise((resolve) => {
    const alive = setInterval(() => {}, 1_000)
    waiting.push((record) => { clearInterval(alive); resolve(record) })
  })
`

const env = (url: string) => ({ ORIGIN: url, PLIMSOLL_RELOAD_MS: '20', LIMITED })

test('limits that are changed while the program runs hold for its next call', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    [NAME]: 'fetch: {}',
    'app.mjs': `
      import { writeFileSync } from 'node:fs'
      ${HEARD}
      const call = () => fetch(process.env.ORIGIN).then((r) => r.text(), (error) => error.code)
      console.log(await call())
      writeFileSync('${NAME}', process.env.LIMITED)
      await reloaded()
      console.log(await call(), await call())`,
  })

  const ended = await runNode(folder, ['app.mjs'], { env: env(origin.url) })

  expect(ended).toMatchObject({ code: 0, stdout: 'ok\nok ERR_PLIMSOLL_RATE_LIMITED\n' })
  expect(ended.stderr).toContain(
    'plimsoll.config.yaml was changed and is applied: 1 host that was asked is under other policies',
  )
  const run = onlyRun(folder)
  expect(total(run, INSTRUMENTS.configReloads.name)).toBe(1)
  expect(JSON.stringify(run.instances[0]?.logs)).toContain(EVENTS.configReload.name)
})

test('a file that is not valid is rejected and told; the limits of before go on', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    [NAME]: LIMITED,
    'app.mjs': `
      import { writeFileSync } from 'node:fs'
      ${HEARD}
      const call = () => fetch(process.env.ORIGIN).then((r) => r.text(), (error) => error.code)
      await call()
      writeFileSync('${NAME}', 'fetch: { defaults: { limiter: off } }')
      const { result, problem } = await reloaded()
      console.log(result, problem, await call())`,
  })

  const ended = await runNode(folder, ['app.mjs'], { env: env(origin.url) })

  expect(ended.stdout).toMatch(
    /^rejected plimsoll\.config\.yaml:1:\d+: fetch\.defaults\.limiter.* ERR_PLIMSOLL_RATE_LIMITED\n$/u,
  )
  expect(ended.stderr).toContain('is not applied: what held before goes on')
})

test('a volume that turns its links is seen, after the program has left its working folder', async () => {
  const folder = programFolder({
    'v1/conf.yaml': 'fetch: {}',
    'v2/conf.yaml': LIMITED,
    'app.cjs': `
      const fs = require('node:fs')
      ${HEARD}
      const folder = process.cwd()
      process.chdir('/')
      fs.symlinkSync('v2', folder + '/new')
      fs.renameSync(folder + '/new', folder + '/..data')
      reloaded().then(({ result }) => console.log(result))`,
  })
  symlinkSync('v1', `${folder}/..data`)

  const ended = await runNode(folder, ['app.cjs'], {
    env: { ...env(''), PLIMSOLL_CONFIG: '..data/conf.yaml' },
  })

  expect(ended).toMatchObject({ code: 0, stdout: 'applied\n' })
  expect(ended.stderr).toContain('..data/conf.yaml was changed and is applied')
})

test('every worker takes it on, and the main thread alone tells', async () => {
  const folder = programFolder({
    [NAME]: 'fetch: {}',
    'app.cjs': `
      const { Worker, isMainThread, parentPort } = require('node:worker_threads')
      ${HEARD}
      if (isMainThread) {
        const worker = new Worker(__filename)
        worker.once('message', () => {
          require('node:fs').writeFileSync('${NAME}', process.env.LIMITED)
        })
        reloaded().then(() => console.log('main'))
        worker.once('exit', () => console.log('worker'))
      } else {
        reloaded()
        parentPort.postMessage('ready')
      }`,
  })

  const ended = await runNode(folder, ['app.cjs'], { env: env('') })

  expect(ended.stdout.split('\n').toSorted()).toEqual(['', 'main', 'worker'])
  expect(ended.stderr.match(/was changed/gu)).toHaveLength(1)
  expect(total(onlyRun(folder), INSTRUMENTS.configReloads.name)).toBe(2)
})
