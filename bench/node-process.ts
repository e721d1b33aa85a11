import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

/** The preload as it is built: what a program would name after `-r`. */
export const PRELOAD = createRequire(import.meta.url).resolve('@plimsoll/register')

export interface NodeRun {
  /** Arguments of node: options, then the program and its own. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** It is killed after so many milliseconds. */
  readonly withinMs: number
}

export interface NodeResult {
  readonly stdout: string
  readonly stderr: string
  /** Milliseconds from its start to its end, as its parent saw them. */
  readonly tookMs: number
  /** Time of its end, in milliseconds since the epoch. */
  readonly endedAt: number
}

/**
 * Runs this Node to its end, in an environment without any settings of telemetry but those given.
 *
 * @throws Error with what it wrote on stderr, when it did not end with 0 in time.
 */
export async function runNode({ args, cwd, env = {}, withinMs }: NodeRun): Promise<NodeResult> {
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...withoutTelemetry(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: withinMs,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<{ code: number | null; signal: string | null; endedAt: number }>(
    (resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        resolve({ code, signal, endedAt: performance.timeOrigin + performance.now() })
      })
    },
  )
  const [stdout, stderr, { code, signal, endedAt }] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    ended,
  ])
  if (code !== 0) {
    throw new Error(`node ${args.join(' ')} ended with ${signal ?? code}:\n${stderr.trim()}`)
  }
  return { stdout, stderr, tookMs: endedAt - performance.timeOrigin - started, endedAt }
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

function withoutTelemetry(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(?:OTEL_|PLIMSOLL_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/u.test(name),
    ),
  )
}
