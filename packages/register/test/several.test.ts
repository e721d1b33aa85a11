import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import {
  eventsOf,
  having,
  onlyRun,
  resourceOf,
  storedRuns,
  total,
  totalOf,
} from './support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const END = INSTRUMENTS.runEndTime.name

/** One process, three workers and two forked children; each makes calls of its own number, then ends as it is told. */
const FAMILY = `
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { fork } = require('node:child_process')
const calls = async (count) => { for (let i = 0; i < count; i += 1) await (await fetch(process.env.ORIGIN)).text() }
const once = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve))
const stay = process.argv[2] === 'stay'

async function main() {
  const workers = [1, 2, 3].map((count) => new Worker(__filename, { workerData: { count }, argv: process.argv.slice(2) }))
  const children = [4, 5].map((count) => fork(__filename, [process.argv[2] ?? '', String(count)]))
  const ready = Promise.all([...workers, ...children].map((member) => once(member, 'message')))
  const gone = Promise.all([...workers, ...children].map((member) => once(member, 'exit')))
  await Promise.all([calls(6), ready])
  if (!stay) return gone
  children.forEach((child) => child.kill('SIGTERM'))
  await Promise.all(children.map((child) => once(child, 'exit')))
  process.exit(6)
}
async function member(count, tell) {
  await calls(count)
  if (stay) setInterval(() => {}, 1000)
  tell('done')
}
if (!isMainThread) member(workerData.count, (text) => parentPort.postMessage(text))
else if (process.send) member(Number(process.argv[3]), (text) => process.send(text, () => { if (!stay) process.disconnect() }))
else main()
`

describe('one process, three workers and two forked children are one run', () => {
  test.each([
    { how: 'when all end by themselves', args: [], code: 0 },
    { how: 'when main exits while workers live and children are killed', args: ['stay'], code: 6 },
  ])('$how', { timeout: 60_000 }, async ({ args, code }) => {
    const origin = await startOrigin()
    const folder = programFolder({ 'app.cjs': FAMILY })

    const ended = await runNode(folder, ['app.cjs', ...args], { env: { ORIGIN: origin.url } })

    expect(ended.code).toBe(code)
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1)
    const run = onlyRun(folder)
    expect(run.instances).toHaveLength(6)
    expect(run.instances.map((instance) => totalOf(instance, CALLS)).sort((a, b) => a - b)).toEqual(
      [1, 2, 3, 4, 5, 6],
    )
    expect(origin.requests()).toBe(21)
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(21)
    expect(having(run, END)).toBe(6)
    expect(eventsOf(run, EVENTS.runSummary.name)).toHaveLength(6)
    expect(run.record).toMatchObject({ exitCode: code })
  })
})

test('a script that the program starts is of its service, unless it has a package or a name of its own', async () => {
  const folder = programFolder({
    'app.cjs': `const { fork } = require('node:child_process')
      fork('./child.cjs')
      fork('./other/child.cjs')
      fork('./child.cjs', { env: { ...process.env, OTEL_SERVICE_NAME: 'named' } })`,
    'child.cjs': '',
    'other/child.cjs': '',
    'other/package.json': '{"name": "@me/other"}',
  })

  await runNode(folder, ['app.cjs'])

  const names = onlyRun(folder).instances.map((one) => resourceOf(one)['service.name'])
  expect(names.map(String).toSorted()).toEqual(['@me/other', 'app', 'app', 'named'])
})

test('each instance names itself, and all the same run and service', async () => {
  const folder = programFolder({
    'package.json': '{"name": "family", "version": "1.2.3"}',
    'app.cjs': `const { Worker, isMainThread } = require('node:worker_threads'); if (isMainThread) new Worker(__filename)`,
  })

  await runNode(folder, ['app.cjs'])

  const run = onlyRun(folder)
  const resources = run.instances.map(resourceOf)
  expect(new Set(resources.map((resource) => resource['service.instance.id'])).size).toBe(2)
  for (const [index, resource] of resources.entries()) {
    expect(resource).toMatchObject({
      'service.name': 'family',
      'service.version': '1.2.3',
      'service.instance.id': run.instances[index]?.id,
      'telemetry.sdk.language': 'nodejs',
    })
    expect(run.folder.endsWith(String(resource['resilience.run.id']))).toBe(true)
  }
  expect(run.record).toMatchObject({
    service: { name: 'family', version: '1.2.3' },
    command: 'app.cjs',
  })
})

describe('the run id', () => {
  test('from the environment joins a run, whose record stays that of the first', async () => {
    const folder = programFolder({ 'one.cjs': '', 'two.cjs': 'process.exitCode = 2' })
    const env = { PLIMSOLL_RUN_ID: 'nightly-7' }

    await runNode(folder, ['one.cjs'], { env })
    await runNode(folder, ['two.cjs'], { env })

    const run = onlyRun(folder)
    expect(run.folder.endsWith('/nightly-7')).toBe(true)
    expect(run.instances).toHaveLength(2)
    expect(run.record).toMatchObject({ id: 'nightly-7', command: 'one.cjs', exitCode: 0 })
  })

  test.each(['../up', '..', 'a b', 'x'.repeat(129)])(
    '%j is no name: the user is told, and the run has one',
    async (id) => {
      const folder = programFolder({ 'app.cjs': '' })

      const ended = await runNode(folder, ['app.cjs'], { env: { PLIMSOLL_RUN_ID: id } })

      expect(ended.code).toBe(0)
      expect(ended.stderr).toContain('PLIMSOLL_RUN_ID=')
      const [run, ...others] = storedRuns(folder)
      expect(others).toEqual([])
      expect(run?.record?.['id']).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/u)
    },
  )

  test('of another run makes a child the root of that one', async () => {
    const folder = programFolder({
      'app.cjs': `const { fork } = require('node:child_process')
        if (!process.send) fork(__filename, { env: { ...process.env, PLIMSOLL_RUN_ID: 'other' } })
        else process.disconnect()`,
    })

    await runNode(folder, ['app.cjs'])

    expect(
      storedRuns(folder).map(({ instances, record }) => [instances.length, record?.['exitCode']]),
    ).toEqual([
      [1, 0],
      [1, 0],
    ])
  })
})

test('a child with another working folder writes beside its parent', async () => {
  const folder = programFolder({
    'app.cjs': `const { fork } = require('node:child_process')
      if (!process.send) fork(__filename, { cwd: __dirname + '/elsewhere' }); else process.disconnect()`,
    'elsewhere/keep': '',
  })

  await runNode(folder, ['app.cjs'])

  expect(onlyRun(folder).instances).toHaveLength(2)
  expect(storedRuns(`${folder}/elsewhere`)).toEqual([])
})

test('a sum of zero calls is a sum', async () => {
  const folder = programFolder({ 'app.cjs': '' })

  await runNode(folder, ['app.cjs'])

  expect(total(onlyRun(folder), CALLS)).toBe(0)
  expect(having(onlyRun(folder), INSTRUMENTS.corruptBodies.name)).toBe(1)
})
