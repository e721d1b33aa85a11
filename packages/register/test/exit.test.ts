import { ATTRIBUTES, EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { eventsOf, having, onlyRun, total } from './support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const END = INSTRUMENTS.runEndTime.name

/** Three calls, then an end. The same text is CommonJS and an ES module. */
const PROGRAM = `
const call = async () => (await fetch(process.env.ORIGIN)).text()
const ends = {
  'at its natural end': () => {},
  'with an exit code set': () => { process.exitCode = 4 },
  'by process.exit': () => process.exit(3),
  'by process.exit in an exit listener': () => { process.on('exit', () => process.exit(5)); process.exit(3) },
  'with the code that its last exit listener sets': () => { process.on('exit', () => { process.exitCode = 9 }) },
  'by an exception': () => { throw new Error('thrown') },
  'by a rejection that nobody handles': () => { Promise.reject(new Error('rejected')) },
  'by an exception in an exit listener': () => { process.on('exit', () => { throw new Error('late') }) },
  'by process.exit in an uncaughtException listener': () => {
    process.on('uncaughtException', () => process.exit(8)); throw new Error('caught')
  },
  'by SIGTERM': () => { process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000) },
  'by SIGINT': () => { process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1000) },
  'by SIGHUP': () => { process.kill(process.pid, 'SIGHUP'); setInterval(() => {}, 1000) },
  'by its own SIGTERM listener': () => {
    process.on('SIGTERM', () => { console.log(process.listenerCount('SIGTERM')); process.exit(11) })
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 10); setInterval(() => {}, 1000)
  },
  'by a second SIGTERM, after a listener for one': () => {
    process.once('SIGTERM', () => setTimeout(() => process.kill(process.pid, 'SIGTERM'), 10))
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 10); setInterval(() => {}, 1000)
  },
}
call().then(call).then(call).then(() => { setTimeout(ends[process.argv[2]], 1) })
`

const ENDS = [...PROGRAM.matchAll(/^ {2}'([^']+)':/gmu)].map(([, name]) => name ?? '')

describe('a run is complete, and the program ends as it would alone', () => {
  test.each(ENDS)('%s', { timeout: 60_000 }, async (end) => {
    const origin = await startOrigin()
    const folder = programFolder({ 'app.cjs': PROGRAM })
    const env = { ORIGIN: origin.url }
    const alone = await runNode(folder, ['app.cjs', end], { env, load: 'none' })

    const ended = await runNode(folder, ['app.cjs', end], { env })

    expect({ ...ended, stderr: '' }).toEqual({ ...alone, stderr: '' })
    const line = /^plimsoll: .*\n/gmu
    const frame = /^ +at .*(?:packages\/register\/dist|node:internal\/async_hooks).*\n/gmu
    expect(ended.stderr.replaceAll(line, '').replaceAll(frame, '')).toBe(alone.stderr)
    expect(ended.stderr.match(line)).toHaveLength(1)
    const run = onlyRun(folder)
    expect(run.instances).toHaveLength(1)
    expect(total(run, CALLS)).toBe(3)
    expect(origin.requests()).toBe(6)
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(3)
    expect(having(run, END)).toBe(1)
    const outcome = ended.signal === null ? { exitCode: ended.code } : { signal: ended.signal }
    expect(run.record).toMatchObject({ schemaVersion: 1, ...outcome })
    expect(Date.parse(String(run.record?.['end']))).toBeGreaterThan(0)
    const summaries = eventsOf(run, EVENTS.runSummary.name)
    expect(summaries).toHaveLength(1)
    expect(summaries[0]).toMatchObject({
      [ATTRIBUTES.callsStarted.key]: 3,
      [ATTRIBUTES.callsEnded.key]: 3,
      [ATTRIBUTES.inFlight.key]: 0,
      ...(ended.code === null ? {} : { [ATTRIBUTES.exitCode.key]: ended.code }),
    })
  })
})

test('a fault in an uncaughtException listener ends with 7, and what was recorded is there without an end', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'app.cjs': `process.on('uncaughtException', () => { throw new Error('again') })
      fetch(process.env.ORIGIN).then(() => setTimeout(() => { throw new Error('first') }, 1))`,
  })

  const ended = await runNode(folder, ['app.cjs'], { env: { ORIGIN: origin.url } })

  expect(ended.code).toBe(7)
  const run = onlyRun(folder)
  expect(total(run, CALLS)).toBe(1)
  expect(having(run, END)).toBe(0)
})

test('what exit listeners record is written, and stands before the end marker', async () => {
  const folder = programFolder({
    'app.mjs': `process.on('exit', () => { void fetch('http://127.0.0.1:9/') }); process.exit(2)`,
  })

  const ended = await runNode(folder, ['app.mjs'])

  expect(ended.code).toBe(2)
  const run = onlyRun(folder)
  const [summary] = eventsOf(run, EVENTS.runSummary.name)
  expect(summary).toMatchObject({
    [ATTRIBUTES.callsStarted.key]: 1,
    [ATTRIBUTES.inFlight.key]: 1,
    [ATTRIBUTES.exitCode.key]: 2,
  })
  expect(having(run, END)).toBe(1)
})

test('a run cut by kill -9 has loadable files and no end', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'app.mjs': `await (await fetch(process.env.ORIGIN)).text(); setTimeout(() => console.log('called'), 60); setInterval(() => {}, 1000)`,
  })

  const ended = await runNode(folder, ['app.mjs'], {
    env: { ORIGIN: origin.url, PLIMSOLL_INTERVAL_MS: '10' },
    onOutput: (pid) => process.kill(pid, 'SIGKILL'),
  })

  expect(ended.signal).toBe('SIGKILL')
  const run = onlyRun(folder)
  expect(run.instances).toHaveLength(1)
  expect(total(run, CALLS)).toBe(1)
  expect(having(run, INSTRUMENTS.runStartTime.name)).toBe(1)
  expect(having(run, END)).toBe(0)
  expect(run.record).not.toHaveProperty('end')
})

test('one that is killed before its first interval is known to have been there', async () => {
  const folder = programFolder({ 'app.cjs': `process.kill(process.pid, 'SIGKILL')` })

  await runNode(folder, ['app.cjs'])

  const run = onlyRun(folder)
  expect(having(run, INSTRUMENTS.runStartTime.name)).toBe(1)
  expect(having(run, END)).toBe(0)
})

describe('listeners of the program are alone', () => {
  test('with what it counts', async () => {
    const text = `
      const counts = () => ['exit', 'beforeExit', 'SIGTERM', 'uncaughtException', 'uncaughtExceptionMonitor', 'worker']
        .map((name) => process.listenerCount(name)).join()
      const mine = () => {}
      process.on('SIGTERM', mine)
      setTimeout(() => console.log(counts()), 1)`
    const folder = programFolder({ 'app.cjs': text })

    const alone = await runNode(folder, ['app.cjs'], { load: 'none' })
    const ended = await runNode(folder, ['app.cjs'])

    expect(ended.stdout).toBe(alone.stdout)
    expect(ended.stdout).toBe('0,0,1,0,0,0\n')
  })

  test('with its beforeExit, which comes once', async () => {
    const folder = programFolder({
      'app.cjs': `process.on('beforeExit', () => console.log('before'))`,
    })

    const ended = await runNode(folder, ['app.cjs'])

    expect(ended.stdout).toBe('before\n')
  })
})
