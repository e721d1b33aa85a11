import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { PRELOAD } from '../support/program.ts'
import type { End } from './programs.ts'

/** What a program and its user see of an end. */
interface Seen {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Lines of all members; theirs come in any order. */
  readonly lines: readonly string[]
}

export interface Ran {
  readonly seen: Seen
  readonly stderr: string
  /** Milliseconds from the last line that the program writes before it ends itself to the end of the process. */
  readonly endMs: number
}

export interface RunProgram {
  readonly folder: string
  readonly end: End
  readonly env: Readonly<Record<string, string>>
  /** Alone: without the preload. */
  readonly preload: boolean
  readonly limit?: string | undefined
}

/** Runs `app.cjs` of the folder to its end. */
export function runProgram({ folder, end, env, preload, limit }: RunProgram): Promise<Ran> {
  const inherited = end.load === 'NODE_OPTIONS'
  const flags = preload && !inherited ? ['-r', PRELOAD] : []
  const command = [process.execPath, ...flags, 'app.cjs', end.name]
  const [file = '', ...args] =
    limit === undefined ? command : ['sh', '-c', `${limit}; exec "$@"`, 'sh', ...command]
  const child = spawn(file, args, {
    cwd: folder,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      ...env,
      ...(preload && inherited ? { NODE_OPTIONS: `-r ${JSON.stringify(PRELOAD)}` } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A program that does not end is a fault, to be seen as one.
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let [stdout, stderr, saidAt] = ['', '', NaN]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (Number.isNaN(saidAt) && stdout.includes('main ends')) saidAt = performance.now()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({
        seen: { code, signal, lines: stdout.trimEnd().split('\n').toSorted() },
        stderr,
        endMs: performance.now() - saidAt,
      }),
    )
  })
}
