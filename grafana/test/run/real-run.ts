import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A run of the program beside this file that has ended. */
export interface RealRun extends Disposable {
  /** Where it ran; its files are below `.plimsoll/runs`. */
  readonly folder: string
  /** Unix seconds. */
  readonly began: number
  readonly ended: number
}

/**
 * Runs the program under the preload, to its end. Telemetry goes to files, unless `env` says where it is pushed.
 * The folder is within the repository, so that `-r @plimsoll/register` is found as in any project.
 */
export async function realRun(env: Readonly<Record<string, string>> = {}): Promise<RealRun> {
  const work = join(import.meta.dirname, '../../.work')
  mkdirSync(work, { recursive: true })
  const folder = mkdtempSync(join(work, 'run-'))
  copyFileSync(
    join(import.meta.dirname, 'plimsoll.config.yaml'),
    join(folder, 'plimsoll.config.yaml'),
  )
  const began = Date.now() / 1000
  const child = spawn(
    process.execPath,
    ['-r', '@plimsoll/register', fileURLToPath(new URL('program.ts', import.meta.url))],
    {
      cwd: folder,
      env: { ...quietEnvironment(), PLIMSOLL_INTERVAL_MS: '200', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [code: number | null]
  if (code !== 0) throw new Error(`the program ended with ${String(code)}:\n${stderr}`)
  return {
    folder,
    began,
    ended: Date.now() / 1000,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The environment without what would send the telemetry elsewhere, or into another run. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(?:OTEL|PLIMSOLL)_/u.test(name)))
}
