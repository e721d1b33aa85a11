import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startCollector } from '../support/collector.ts'
import { startOrigin } from '../support/origin.ts'
import { PATIENT, PRELOAD, programFolder, runNode } from '../support/program.ts'
import { eventsOf, having, onlyRun, total } from '../support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const END = INSTRUMENTS.runEndTime.name

/** Two calls, then one of the ends, which says what it sees. */
const PROGRAM = `
const { writeSync } = require('node:fs')
const say = (text) => writeSync(1, text + '\\n')
const call = async () => (await fetch(process.env.ORIGIN)).text()
const stay = () => setInterval(() => {}, 1000)
const me = (signal) => process.kill(process.pid, signal)
const ends = {
  'SIGINT twice, without a listener': () => { me('SIGINT'); me('SIGINT'); stay() },
  'SIGINT twice, with a listener that ends with the second': () => {
    let count = 0
    process.on('SIGINT', () => { say('SIGINT ' + (count += 1)); if (count === 2) process.exit(12) })
    me('SIGINT'); setTimeout(me, 20, 'SIGINT'); stay()
  },
  'a signal while an exit listener of the program runs': () => {
    process.on('exit', () => { say('exits'); me('SIGTERM'); for (const until = Date.now() + 5000; Date.now() < until;); say('survived') })
    process.exit(3)
  },
  'a signal that a listener of the program ignores, then a natural end': () => {
    process.on('SIGTERM', () => say('ignored')); me('SIGTERM'); setTimeout(() => {}, 50)
  },
  'beforeExit that finds work three times': () => {
    let rounds = 0
    process.on('beforeExit', (code) => { say('beforeExit ' + code); if ((rounds += 1) < 3) setTimeout(call, 1) })
  },
  'process.exit in a SIGTERM listener, asynchronously': () => {
    process.on('SIGTERM', async () => { await call(); process.exit(13) }); me('SIGTERM'); stay()
  },
  'a listener that is taken away again, then SIGTERM': () => {
    const mine = () => say('never'); process.on('SIGTERM', mine)
    setTimeout(() => { process.off('SIGTERM', mine); setTimeout(me, 20, 'SIGTERM') }, 20); stay()
  },
  'exit listeners that are many': () => {
    for (let i = 0; i < 20; i += 1) process.on('exit', () => say('listener ' + i))
  },
  'process.exit with a code that is none': () => { try { process.exit('many') } catch (error) { say(error.code); process.exitCode = 1 } },
}
call().then(call).then(() => setTimeout(ends[process.argv[2]], 1))
`

const ENDS = [...PROGRAM.matchAll(/^ {2}'([^']+)':/gmu)].map(([, name]) => name ?? '')

describe.concurrent('a program ends as it would alone, and its run is known, with', () => {
  test.for(ENDS)('%s', async (end, { onTestFinished }) => {
    const origin = await startOrigin(undefined, onTestFinished)
    const env = { ORIGIN: origin.url }
    const folder = programFolder({ 'app.cjs': PROGRAM }, onTestFinished)

    const alone = await runNode(folder, ['app.cjs', end], { env, load: 'none' })
    const callsAlone = origin.requests()
    const ended = await runNode(folder, ['app.cjs', end], { env })

    expect({ ...ended, stderr: '' }).toEqual({ ...alone, stderr: '' })
    const run = onlyRun(folder)
    expect(origin.requests()).toBe(2 * callsAlone)
    // The listener of the program was still running: nothing of it is lost, but there was no end.
    const cut = end === 'a signal while an exit listener of the program runs'
    expect(total(run, CALLS)).toBe(callsAlone)
    expect(having(run, END)).toBe(cut ? 0 : 1)
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(callsAlone)
  })
})

test('the last push to a collector starts no process, and its thread loads nothing that NODE_OPTIONS names', async () => {
  const collector = await startCollector()
  const folder = programFolder({
    'count.cjs': `
      const { threadId } = require('node:worker_threads')
      const childProcess = require('node:child_process')
      require('node:fs').writeSync(1, 'loaded in thread ' + threadId + '\\n')
      for (const name of ['spawn', 'spawnSync', 'fork', 'exec', 'execFile', 'execFileSync']) {
        childProcess[name] = () => { require('node:fs').writeSync(1, name + '\\n'); throw new Error(name) }
      }
      require('node:module').syncBuiltinESMExports()`,
    'app.cjs': `fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT).then(() => process.exit(0))`,
  })

  const ended = await runNode(folder, ['app.cjs'], {
    load: 'none',
    env: {
      NODE_OPTIONS: `-r ./count.cjs -r ${JSON.stringify(PRELOAD)}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...PATIENT,
    },
  })

  expect(ended).toMatchObject({ code: 0, stdout: 'loaded in thread 0\n' })
  expect(JSON.stringify(collector.received.map(({ body }) => body.toString()))).toContain(END)
})

test('children of fork and cluster get the environment of the program, and two variables that join them to its run', async () => {
  const folder = programFolder({
    'app.cjs': `
      const { fork } = require('node:child_process')
      const cluster = require('node:cluster')
      const own = Object.keys(process.env).filter((name) => !/^NODE_(?:CHANNEL|UNIQUE)/u.test(name)).toSorted().join()
      if (process.send) process.send(own, () => process.disconnect())
      else {
        const print = (child) => child.once('message', (text) => console.log(text))
        cluster.setupPrimary({ exec: __filename })
        print(fork(__filename)).once('exit', () => print(cluster.fork()))
      }`,
  })

  const alone = await runNode(folder, ['app.cjs'], { load: 'none' })
  const ended = await runNode(folder, ['app.cjs'])

  const names = (text: string): Set<string> => new Set(text.trim().split(/[,\n]/u))
  expect(names(ended.stdout)).toEqual(
    new Set([...names(alone.stdout), 'PLIMSOLL_PARENT', 'PLIMSOLL_RUN_ID']),
  )
  expect(onlyRun(folder).instances).toHaveLength(3)
})
