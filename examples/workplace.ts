import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const sloCheck = join(
  dirname(createRequire(import.meta.url).resolve('@plimsoll/slo-check')),
  '../bin/slo-check.js',
)

type Environment = Readonly<Record<string, string>>

/** What a shell of a user of an example has: nothing of the tests' own but the path. */
function environment(folder: string, env: Environment): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', HOME: folder, ...env }
}

/** A copy of an example, in which it is run as its README says. */
export class Workplace {
  readonly folder: string

  constructor(example: string, files: readonly string[]) {
    this.folder = join(example, `.work/test-${process.pid}`)
    mkdirSync(this.folder, { recursive: true })
    for (const file of files) cpSync(join(example, file), join(this.folder, file))
  }

  node(args: readonly string[], env: Environment = {}): SpawnSyncReturns<string> {
    const { folder } = this
    return spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: environment(folder, env),
    })
  }

  /** The verdict of `slo-check` about the latest run, and its first objective. */
  gate(): { readonly status: number | null; readonly good: number; readonly total: number } {
    const { status, stdout, stderr } = this.node([sloCheck, 'slo.yaml', '--report', 'json'])
    if (stdout === '') throw new Error(stderr)
    const { objectives } = JSON.parse(stdout) as { objectives: { good: number; total: number }[] }
    const { good, total } = objectives[0] ?? { good: NaN, total: NaN }
    return { status, good, total }
  }

  /** Starts a program that goes on. */
  start(args: readonly string[], env: Environment): ReturnType<typeof spawn> {
    const { folder } = this
    return spawn(process.execPath, args, {
      cwd: folder,
      env: environment(folder, env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
