import { spawn } from 'node:child_process'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { expect } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { PRELOAD, programFolder, runNode } from '../support/program.ts'
import { onlyRun, total } from '../support/run-files.ts'
import { tableOf } from './page.ts'

/** How long a program goes on after SIGTERM, in milliseconds. */
interface Latency {
  readonly program: string
  readonly aloneMs: number
  readonly observedMs: number
}

const ROUNDS = 3

/** Keeps its event loop busy: by turns of so many milliseconds, one after the other. */
const BUSY = `
const ms = Number(process.argv[2])
const turn = () => { const until = performance.now() + ms; while (performance.now() < until); setImmediate(turn) }
if (process.argv[3] === 'listens') process.on('SIGTERM', () => process.exit(0))
setTimeout(() => { require('node:fs').writeSync(1, 'busy'); turn() }, 50)
`

/** SIGTERM to programs that are busy, alone and under the preload. */
export async function measureLatencies(): Promise<Latency[]> {
  const latencies: Latency[] = []
  for (const [ms, turns] of [
    ['5', 'short turns'],
    ['500', 'turns of half a second'],
  ] as const) {
    for (const listens of [false, true]) {
      const args = [ms, listens ? 'listens' : 'default']
      latencies.push({
        program: `busy in ${turns}, ${listens ? 'with a listener that exits' : 'no listener'}`,
        aloneMs: await median(() => timeToDie(args, false)),
        observedMs: await median(() => timeToDie(args, true)),
      })
    }
  }
  return latencies
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await measure())
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN
}

function timeToDie(args: readonly string[], observed: boolean): Promise<number> {
  const folder = programFolder({ 'app.cjs': BUSY })
  const flags = observed ? ['-r', PRELOAD] : []
  const child = spawn(process.execPath, [...flags, 'app.cjs', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  let sentAt = NaN
  child.stdout.once('data', () => {
    // In the middle of the first turn, or of a later one.
    setTimeout(() => {
      sentAt = performance.now()
      child.kill('SIGTERM')
    }, 100)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve(performance.now() - sentAt))
  })
}

/** What SIGKILL cost a program that writes at an interval. */
interface Kill {
  readonly intervalMs: number
  /** From the first call that is not counted to the signal. */
  readonly lostMs: number
}

const CALLER = `
const call = async () => { await (await fetch(process.env.ORIGIN)).text(); setTimeout(call, 1) }
call()
setTimeout(() => console.log('on'), 700)
`

export async function measureKill(): Promise<Kill> {
  const intervalMs = 500
  const madeAt: number[] = []
  const origin = await startOrigin((_, response) => {
    madeAt.push(performance.now())
    response.end('ok')
  })
  const folder = programFolder({ 'app.cjs': CALLER })
  let killedAt = NaN
  await runNode(folder, ['app.cjs'], {
    env: { ORIGIN: origin.url, PLIMSOLL_INTERVAL_MS: String(intervalMs) },
    onOutput: (pid) => {
      killedAt = performance.now()
      process.kill(pid, 'SIGKILL')
    },
  })
  const counted = total(onlyRun(folder), INSTRUMENTS.callDuration.name)
  expect(counted).toBeGreaterThan(0)
  expect(counted).toBeLessThanOrEqual(madeAt.length)
  return { intervalMs, lostMs: killedAt - (madeAt[counted] ?? killedAt) }
}

export function renderTimes(latencies: readonly Latency[], kill: Kill): string {
  const ms = (value: number): string => `${Math.round(value)} ms`
  return `## From SIGTERM to the end

Median of ${ROUNDS}, telemetry in files.

${tableOf([
  ['program', 'alone', 'observed'],
  ...latencies.map(({ program, aloneMs, observedMs }) => [program, ms(aloneMs), ms(observedMs)]),
])}

## What SIGKILL costs

A program that calls without a pause and writes every ${kill.intervalMs / 1000} s was killed: the calls of its last ${ms(kill.lostMs)} are not counted. All
before are. By default it writes every 5 s.
`
}
