import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { atExit } from './at-exit.ts'
import { withLock } from './build-lock.ts'
import type { Environment } from './environment.ts'
import { buildArguments, compile, goVersion } from './go.ts'
import { MODULES, sourcesOf, type Module } from './modules.ts'
import { cacheFolder } from './paths.ts'

/** Paths of the programs. */
export interface Binaries {
  readonly otelcol: string
  readonly prometheus: string
  readonly promtool: string
  /** Reads a Compose file as `docker compose config` does, and prints it as JSON. */
  readonly compose: string
}

export interface BuildOptions {
  /** Told what is built, and how long it took. Default: silence. */
  readonly log?: (line: string) => void
  /** Where `go` is looked for, and `PLIMSOLL_CACHE`. Default: that of this process. */
  readonly env?: Environment
}

/**
 * Builds Collector, Prometheus, promtool and the Compose reader from the Go modules of pipeline/, or takes them from
 * the cache when neither sources nor Go's version have changed. Minutes when cold, milliseconds when not.
 *
 * @throws PipelineError when Go is missing or too old, or does not compile them.
 */
export async function buildBinaries(options: BuildOptions = {}): Promise<Binaries> {
  const { log = () => undefined, env = process.env } = options
  const cache = cacheFolder(env)
  const programs = new Map<string, string>()
  for (const module of MODULES) {
    const folder = join(cache, `${module.name}-${await fingerprint(module, env)}`)
    if (!existsSync(folder)) await buildOnce(module, folder, { log, env, cache })
    for (const program of module.programs) programs.set(program, join(folder, program))
  }
  const path = (program: string): string => programs.get(program) ?? ''
  return {
    otelcol: path('otelcol'),
    prometheus: path('prometheus'),
    promtool: path('promtool'),
    compose: path('compose'),
  }
}

interface Place extends Required<BuildOptions> {
  readonly cache: string
}

async function buildOnce(module: Module, folder: string, place: Place): Promise<void> {
  const { log, env, cache } = place
  const names = module.programs.join(' and ')
  const waiting = (): void => log(`another process is building; waiting for it to build ${names}`)
  await withLock(join(cache, 'build.lock'), waiting, async () => {
    if (existsSync(folder)) return
    const began = performance.now()
    log(`building ${names} (once; minutes when Go's own cache is cold) …`)
    // In a folder of its own that gets its name at the end: a build that was cut short is never taken for a whole one.
    const unfinished = mkdtempSync(join(cache, 'unfinished-'))
    const remove = (): void => rmSync(unfinished, { recursive: true, force: true })
    const ended = atExit(remove)
    try {
      await compile(module, unfinished, env)
      moveTo(folder, unfinished)
    } finally {
      ended()
      remove()
    }
    log(`built ${names} in ${Math.round((performance.now() - began) / 1_000)} s`)
  })
}

function moveTo(folder: string, unfinished: string): void {
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    // Another process was faster; its programs are as good as ours.
    if (!existsSync(folder)) throw error
  }
}

/** Names what is built by all that decides it. */
async function fingerprint(module: Module, env: Environment): Promise<string> {
  const hash = createHash('sha256')
  hash.update(`${await goVersion(module, env)}\n${buildArguments(module).join('\n')}\n`)
  for (const file of sourcesOf(module)) {
    hash.update(`${basename(file)}\0`)
    hash.update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 16)
}
