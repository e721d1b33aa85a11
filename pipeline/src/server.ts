import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { guard } from './children.ts'
import { PipelineError } from './pipeline-error.ts'

/** A server of the pipeline, or of a test. */
export interface Server {
  readonly url: string
  /** The file that its output is appended to. */
  readonly log: string
  /** Undefined while it does not run. */
  readonly pid: number | undefined
  /** Settles when the process that now runs has ended; at once when none runs. */
  readonly ended: Promise<void>
  /** Starts it again, with the same ports and data, and waits until it is healthy. Nothing happens when it runs. */
  start(): Promise<void>
  /** SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>
  /** SIGTERM, and waits until the process is gone; SIGKILL when it takes longer than 20 s. */
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Address of the server, for its users. */
  readonly url: string
  /** Path or whole URL that answers 2xx once the server is ready. */
  readonly health: string
  /** File that stdout and stderr are appended to; its folder is made. */
  readonly log: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds until it must be healthy. Default: 60 000. */
  readonly startMs?: number
}

const DEFAULT_START_MS = 60_000
const STOP_MS = 20_000
const POLL_MS = 50
/** One health request; a server that hangs shall not hang its starter. */
const ASK_MS = 2_000

/**
 * Starts a server and waits until it is healthy.
 *
 * @throws PipelineError with the end of its log when it ends before, or is not healthy in time.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = createServer(options)
  await server.start()
  return server
}

function createServer(options: ServerOptions): Server {
  const { url, log, health } = options
  const name = basename(options.command)
  let child: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child?.kill(signal)
    await ended
  }

  const start = async (): Promise<void> => {
    if (child !== undefined) return
    const began = launch(options)
    child = began
    ended = new Promise((resolve) => {
      const gone = (): void => {
        if (child === began) child = undefined
        resolve()
      }
      began.once('exit', gone)
      began.once('error', gone)
    })
    try {
      const healthUrl = new URL(health, url).href
      await healthy(began, healthUrl, options.startMs ?? DEFAULT_START_MS)
    } catch (error) {
      await end('SIGKILL')
      const why = error instanceof Error ? error.message : String(error)
      throw new PipelineError(`${name} ${why}; the end of ${log}:\n${tailOf(log)}`, {
        cause: error,
      })
    }
  }

  return {
    url,
    log,
    get pid() {
      return child?.pid
    },
    get ended() {
      return ended
    },
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      const patience = new AbortController()
      const killer = delay(STOP_MS, undefined, { signal: patience.signal, ref: false }).then(
        () => child?.kill('SIGKILL'),
        () => undefined, // it ended in time
      )
      await end('SIGTERM')
      patience.abort()
      await killer
    },
  }
}

function launch({ command, args, log, env }: ServerOptions): ChildProcess {
  mkdirSync(dirname(log), { recursive: true })
  const output = openSync(log, 'a')
  try {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
    })
    guard(child)
    return child
  } finally {
    closeSync(output)
  }
}

async function healthy(child: ChildProcess, url: string, withinMs: number): Promise<void> {
  const failed = new AbortController()
  child.once('error', (error) => failed.abort(`could not be started: ${error.message}`))
  child.once('exit', (code, signal) =>
    failed.abort(`ended before it was healthy (${signal ?? `exit ${code}`})`),
  )
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    if (failed.signal.aborted) throw new Error(String(failed.signal.reason))
    if (await answers(url)) return
    await delay(POLL_MS)
  }
  throw new Error(`was not healthy at ${url} within ${Math.round(withinMs / 1_000)} s`)
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    // Not there yet: whoever waits asks again, and gives up with the log in hand.
    return false
  }
}

/** The last lines of a log, for a message. */
export function tailOf(log: string, lines = 20): string {
  return readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => `  ${line}`)
    .join('\n')
}
