/** How the members of a run end: processes and workers. */
export interface Members {
  /** Those that end themselves: three calls each, one event and one span more from an exit listener, and a summary. */
  readonly whole: number
  /** Those that are ended before they can say so: three calls each, and a summary in their name. */
  readonly silenced: number
  /** Those that are killed: what becomes of their last interval is not promised. */
  readonly killed: number
}

/** A way for a program to end. */
export interface End {
  readonly name: string
  readonly members: Members
  /** Children get the preload by NODE_OPTIONS where the program starts them with `node` alone. */
  readonly load?: 'NODE_OPTIONS'
}

const self: Members = { whole: 1, silenced: 0, killed: 0 }
const two: Members = { whole: 2, silenced: 0, killed: 0 }
const killed: Members = { whole: 0, silenced: 0, killed: 1 }

export const ENDS: readonly End[] = [
  { name: 'natural end', members: self },
  { name: 'process.exitCode', members: self },
  { name: 'process.exit', members: self },
  { name: 'process.exit in an exit listener', members: self },
  { name: 'process.reallyExit', members: { whole: 0, silenced: 1, killed: 0 } },
  { name: 'uncaught exception', members: self },
  { name: 'unhandled rejection', members: self },
  { name: 'exit listener that throws', members: self },
  { name: 'SIGTERM', members: { whole: 0, silenced: 1, killed: 0 } },
  { name: 'SIGINT', members: { whole: 0, silenced: 1, killed: 0 } },
  { name: 'SIGHUP', members: { whole: 0, silenced: 1, killed: 0 } },
  { name: 'SIGTERM with a listener that exits', members: self },
  { name: 'process.abort', members: killed },
  { name: 'SIGKILL', members: killed },
  { name: 'worker: natural end', members: two },
  { name: 'worker: process.exit', members: two },
  { name: 'worker: uncaught exception', members: two },
  { name: 'worker: terminate', members: { whole: 1, silenced: 1, killed: 0 } },
  { name: 'worker: waits while main exits', members: { whole: 1, silenced: 1, killed: 0 } },
  { name: 'worker: busy while main exits', members: { whole: 1, silenced: 1, killed: 0 } },
  { name: 'child: fork', members: two },
  { name: 'child: spawn', members: two, load: 'NODE_OPTIONS' },
  { name: 'child: exec', members: two, load: 'NODE_OPTIONS' },
  { name: 'child: SIGKILL', members: { whole: 1, silenced: 0, killed: 1 } },
  { name: 'cluster: disconnect', members: two },
  { name: 'cluster: kill', members: { whole: 1, silenced: 1, killed: 0 } },
]

/**
 * One text for the program, its workers and its children. Every member makes three calls, and has two exit listeners of
 * its own that say what they see; one of them records.
 */
export const PROGRAM = `
const { writeSync } = require('node:fs')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { exec, fork, spawn } = require('node:child_process')
const cluster = require('node:cluster')
const { metrics, trace, logs } = require(process.env.API)

const end = process.argv[2]
const isChild = process.argv[3] === 'child' || cluster.isWorker
const role = isMainThread ? (isChild ? 'child' : 'main') : 'worker'
const say = (...words) => writeSync(1, role + ' ' + words.join(' ') + '\\n')

process.on('exit', (code) => {
  metrics.getMeter('app').createCounter('app.farewells').add(1)
  logs.getLogger('app').emit({ eventName: 'app.farewell', attributes: { role } })
  trace.getTracer('app').startSpan('farewell').end()
  say('second listener', code, process.listenerCount('exit'))
})
process.prependListener('exit', (code) => say('first listener', code, process.exitCode))

const calls = async () => {
  for (let i = 0; i < 3; i += 1) await (await fetch(process.env.ORIGIN)).text()
}
const stay = () => setInterval(() => {}, 1000)
const gone = (member) => new Promise((resolve) => member.once('exit', (...how) => { say('saw', ...how); resolve() }))
const heard = (member) => new Promise((resolve) => member.once('message', resolve))
const worker = () => new Worker(__filename, { argv: [end], workerData: 'worker' }).on('error', (error) => say(error.message))
const child = () => fork(__filename, [end, 'child'])
const killItself = (signal) => { say('ends'); process.kill(process.pid, signal); stay() }

const ends = {
  'natural end': () => say('ends'),
  'process.exitCode': () => { say('ends'); process.exitCode = 4 },
  'process.exit': () => { say('ends'); process.exit(3) },
  'process.exit in an exit listener': () => { process.on('exit', () => process.exit(5)); say('ends'); process.exit(3) },
  'process.reallyExit': () => { say('ends'); process.reallyExit(6) },
  'uncaught exception': () => { say('ends'); throw new Error('thrown') },
  'unhandled rejection': () => { say('ends'); Promise.reject(new Error('rejected')) },
  'exit listener that throws': () => { process.on('exit', () => { throw new Error('late') }); say('ends') },
  'SIGTERM': () => killItself('SIGTERM'),
  'SIGINT': () => killItself('SIGINT'),
  'SIGHUP': () => killItself('SIGHUP'),
  'SIGTERM with a listener that exits': () => {
    process.on('SIGTERM', () => { say(process.listenerCount('SIGTERM')); process.exit(0) })
    setTimeout(killItself, 1, 'SIGTERM')
  },
  'process.abort': () => { say('ends'); process.abort() },
  'SIGKILL': () => killItself('SIGKILL'),
  'worker: natural end': async () => { await gone(worker()); say('ends') },
  'worker: process.exit': async () => { await gone(worker()); say('ends') },
  'worker: uncaught exception': async () => { await gone(worker()); say('ends') },
  'worker: terminate': async () => {
    const one = worker()
    await heard(one)
    const over = gone(one)
    one.terminate()
    await over
    say('ends')
  },
  'worker: waits while main exits': async () => { await heard(worker()); say('ends'); process.exit(2) },
  'worker: busy while main exits': async () => { await heard(worker()); say('ends'); process.exit(2) },
  'child: fork': async () => { await gone(child()); say('ends') },
  'child: spawn': async () => { await gone(spawn('node', [__filename, end, 'child'], { stdio: 'inherit' })); say('ends') },
  'child: exec': async () => {
    const one = exec('node "' + __filename + '" "' + end + '" child')
    one.stdout.pipe(process.stdout)
    one.stderr.pipe(process.stderr)
    await gone(one)
    say('ends')
  },
  'child: SIGKILL': async () => { const one = child(); await heard(one); one.kill('SIGKILL'); await gone(one); say('ends') },
  'cluster: disconnect': async () => {
    cluster.setupPrimary({ args: [end] })
    const one = cluster.fork()
    await heard(one)
    one.disconnect()
    await gone(one)
    say('ends')
  },
  'cluster: kill': async () => {
    cluster.setupPrimary({ args: [end] })
    const one = cluster.fork()
    await heard(one)
    one.process.kill('SIGTERM')
    await gone(one)
    say('ends')
  },
}
const membersEnds = {
  'worker: natural end': () => {},
  'worker: process.exit': () => process.exit(7),
  'worker: uncaught exception': () => { throw new Error('of the worker') },
  'worker: terminate': () => { parentPort.postMessage('ready'); stay() },
  'worker: waits while main exits': () => { parentPort.postMessage('ready'); stay() },
  'worker: busy while main exits': () => { parentPort.postMessage('ready'); for (;;); },
  'child: fork': () => process.disconnect(),
  'child: spawn': () => {},
  'child: exec': () => process.exit(8),
  'child: SIGKILL': () => { process.send('ready'); stay() },
  'cluster: disconnect': () => process.send('ready'),
  'cluster: kill': () => { process.send('ready'); stay() },
}
calls().then(() => setTimeout((role === 'main' ? ends : membersEnds)[end], 1))
`
