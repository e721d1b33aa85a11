import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** What a user names behind `-r`: the built package. */
export const PRELOAD = fileURLToPath(new URL('../../dist/register.cjs', import.meta.url))

/** Time for an ending process: how busy the machine is, shall not decide what can still be delivered. */
export const PATIENT = { PLIMSOLL_EXIT_MS: '20000' }

/** Says what to do when a test is over. Tests that run at once have one each, in their context. */
export type AtEnd = (step: () => void) => void

/** A folder of its own with these files, gone when the test is. */
export function programFolder(
  files: Readonly<Record<string, string>>,
  atEnd: AtEnd = onTestFinished,
): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-register-')))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** How the preload is loaded; `none`: the program alone. @default '-r' */
  readonly load?: '-r' | '--import' | 'none'
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArgs?: readonly string[]
  /** Milliseconds after which a program that does not end is killed, a fault to be seen as one. @default 20000 */
  readonly timeoutMs?: number
  /** Called when the program first writes to stdout. */
  readonly onOutput?: (pid: number) => void
  /** Called with what the program writes to stderr, as it comes. */
  readonly onError?: (text: string) => void
}

/** Runs Node on `args` in `folder`, with an environment that holds nothing of the test's own but the path. */
export function runNode(
  folder: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const { load = '-r', env = {}, nodeArgs = [], timeoutMs = 20_000, onOutput, onError } = options
  const preload = load === 'none' ? [] : [load, PRELOAD]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...preload, ...nodeArgs, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout === '') onOutput?.(child.pid ?? -1)
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      onError?.(text)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
