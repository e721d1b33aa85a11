import { createRequire } from 'node:module'
import { ATTRIBUTES, EVENTS, INSTRUMENTS, type Signal } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { programFolder, runNode, type AtEnd } from '../support/program.ts'
import { eventsOf, having, onlyRun, spansOf, total, type StoredRun } from '../support/run-files.ts'

// A worker that is terminated hears nothing of it, one that is busy hears too late: what they counted is written by others.

const CALLS = INSTRUMENTS.callDuration.name
const END = INSTRUMENTS.runEndTime.name
const START = INSTRUMENTS.runStartTime.name

/** Makes five calls, leaves one in flight, adds to a counter of its own, tells so, and then is as it is told. */
const WORKER = `
const { parentPort, workerData, Worker } = require('node:worker_threads')
const { metrics } = require(process.env.API)
const call = async () => (await fetch(process.env.ORIGIN)).text()
const work = async () => {
  for (let i = 0; i < 5; i += 1) await call()
  metrics.getMeter('app').createCounter('app.items').add(7, { of: 'worker' })
  void fetch(process.env.ORIGIN + '/hang')
}
const ends = {
  waiting: () => { parentPort.postMessage('ready'); setInterval(() => {}, 1000) },
  busy: () => { parentPort.postMessage('ready'); for (;;); },
  parent: () => {
    const child = new Worker(__filename, { workerData: 'waiting' })
    child.once('message', () => parentPort.postMessage('ready'))
  },
  memory: () => { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)) },
  throwing: () => { throw new Error('of the worker') },
  exiting: () => process.exit(3),
}
work().then(() => setTimeout(ends[workerData], 1))
`

/** Starts a worker and ends it, or itself, when the worker says that it is ready. */
const PROGRAM = `
const { Worker } = require('node:worker_threads')
const [how, then] = process.argv.slice(2)
const worker = new Worker(__dirname + '/worker.cjs', { workerData: how, resourceLimits: how === 'memory' ? { maxOldGenerationSizeMb: 32 } : {} })
const ends = { terminate: () => worker.terminate(), exit: () => process.exit(0), both: () => { worker.terminate(); process.exit(0) }, nothing: () => {} }
worker.once('message', () => ends[then]())
worker.on('error', () => {})
worker.on('exit', (code) => console.log(code, worker.listenerCount('exit')))
`

const CASES = [
  { end: 'terminated while it waits', args: ['waiting', 'terminate'], workers: 1, lost: true },
  { end: 'terminated while it is busy', args: ['busy', 'terminate'], workers: 1, lost: true },
  {
    end: 'terminated with a worker of its own',
    args: ['parent', 'terminate'],
    workers: 2,
    lost: true,
  },
  { end: 'out of memory', args: ['memory', 'nothing'], workers: 1, lost: true },
  { end: 'busy when the main thread exits', args: ['busy', 'exit'], workers: 1, lost: true },
  {
    end: 'terminated by a main thread that exits at once',
    args: ['busy', 'both'],
    workers: 1,
    lost: true,
  },
  { end: 'waiting when the main thread exits', args: ['waiting', 'exit'], workers: 1, lost: false },
  { end: 'ended by an exception', args: ['throwing', 'nothing'], workers: 1, lost: false },
  { end: 'ended by process.exit', args: ['exiting', 'nothing'], workers: 1, lost: false },
]

async function hangingOrigin(atEnd: AtEnd): Promise<string> {
  const { url } = await startOrigin((request, response) => {
    if (request.url !== '/hang') response.end('ok')
  }, atEnd)
  return url
}

/** Path of the API that the preload registers with. */
const API = createRequire(import.meta.url).resolve('@opentelemetry/api')

function lostOf(run: StoredRun, signal: Signal): number {
  return total(run, INSTRUMENTS.telemetryLost.name, {
    [ATTRIBUTES.signal.key]: signal,
    [ATTRIBUTES.lossReason.key]: 'terminated',
  })
}

describe.concurrent('in files, what a worker counted is exact and the rest told, when it is', () => {
  test.for(CASES)('$end', async ({ args, workers, lost }, { onTestFinished }) => {
    const folder = programFolder({ 'app.cjs': PROGRAM, 'worker.cjs': WORKER }, onTestFinished)
    // Nothing is written between begin and end, however slow the machine.
    const env = { ORIGIN: await hangingOrigin(onTestFinished), API, PLIMSOLL_INTERVAL_MS: '600000' }

    const alone = await runNode(folder, ['app.cjs', ...args], { env, load: 'none' })
    const ended = await runNode(folder, ['app.cjs', ...args], { env })

    expect({ ...ended, stderr: '' }).toEqual({ ...alone, stderr: '' })
    const run = onlyRun(folder)
    expect(run.instances).toHaveLength(1 + workers)
    expect(having(run, START)).toBe(1 + workers)
    expect(having(run, END)).toBe(1 + workers)
    expect(total(run, CALLS)).toBe(5 * workers)
    expect(total(run, 'app.items')).toBe(7 * workers)
    const summaries = eventsOf(run, EVENTS.runSummary.name)
    expect(summaries).toHaveLength(1 + workers)
    const started = summaries.map((one) => Number(one[ATTRIBUTES.callsStarted.key]))
    expect(started.reduce((a, b) => a + b)).toBe(6 * workers)
    const inFlight = summaries.map((one) => Number(one[ATTRIBUTES.inFlight.key]))
    expect(inFlight.reduce((a, b) => a + b)).toBe(workers)
    const events = eventsOf(run, EVENTS.call.name).length
    expect(events + lostOf(run, 'logs')).toBe(5 * workers)
    expect(spansOf(run).length + lostOf(run, 'traces')).toBe(10 * workers)
    expect(lostOf(run, 'logs') > 0).toBe(lost)
  })
})
