import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./observed.mjs', import.meta.url))
const PRELOAD = fileURLToPath(new URL('../../packages/register/dist/register.cjs', import.meta.url))
/** Of URL hashes, so that the tests can tell which call an event is of. */
export const URL_HASH_KEY = '5eed'.repeat(16)

export interface ObservedOptions {
  /** A folder of its own. */
  readonly dir: string
  readonly origin: string
  /** Base URL of OTLP over HTTP. */
  readonly endpoint: string
  readonly runId: string
  readonly callsPerSecond: number
  /** Milliseconds between exports. */
  readonly intervalMs?: number
  readonly protocol?: 'http/protobuf' | 'http/json'
}

interface Ended {
  readonly code: number | null
  readonly stderr: string
  /** Milliseconds from the program's last own step to the end of its process. */
  readonly exitMs: number
}

/** A program under the preload, making calls until it is told to end. */
export interface Observed extends AsyncDisposable {
  /** Makes so many calls in a row; gives their durations in milliseconds. */
  measure(calls: number): Promise<readonly number[]>
  /** Has it make no more calls. */
  rest(): void
  /** Has it end by itself, its calls finished. */
  end(): Promise<Ended>
}

export const EXIT_CODE = 7

export function startObserved(options: ObservedOptions): Observed {
  const { origin, callsPerSecond, intervalMs = 500, protocol = 'http/protobuf' } = options
  const child = spawn(process.execPath, ['-r', PRELOAD, PROGRAM, origin, String(callsPerSecond)], {
    cwd: options.dir,
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_ENDPOINT: options.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_SERVICE_NAME: 'observed',
      PLIMSOLL_RUN_ID: options.runId,
      PLIMSOLL_INTERVAL_MS: String(intervalMs),
      PLIMSOLL_URL_HASH_KEY: URL_HASH_KEY,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close') as Promise<[code: number | null]>
  const stderr = text(child.stderr)
  const lines = createInterface(child.stdout)
  const nextLine = async (): Promise<string> => {
    const ended = closed.then(async () => {
      throw new Error(`the program ended before it answered: ${await stderr}`)
    })
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
    return line
  }
  const tell = (line: string): void => void child.stdin.write(`${line}\n`)

  return {
    async measure(calls) {
      tell(`measure ${calls}`)
      return JSON.parse(await nextLine()) as number[]
    },
    rest: () => tell('rest'),
    async end() {
      let endedAt = 0
      child.once('exit', () => {
        endedAt = performance.timeOrigin + performance.now()
      })
      tell('end')
      const exitAt = Number((await nextLine()).replace('exit ', ''))
      const [code] = await closed
      return { code, stderr: await stderr, exitMs: endedAt - exitAt }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
