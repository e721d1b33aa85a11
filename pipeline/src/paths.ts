import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { set, type Environment } from './environment.ts'

/** The top of the repository, where collector-config.yaml and prometheus/ are. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The folder of this pipeline: the Go modules stand in it. */
export const PIPELINE = join(ROOT, 'pipeline')

/** Where built binaries are kept: `$PLIMSOLL_CACHE/pipeline`, by default `~/.cache/plimsoll/pipeline`. */
export function cacheFolder(env: Environment): string {
  const cache = set(env['PLIMSOLL_CACHE']) ?? join(homedir(), '.cache', 'plimsoll')
  return join(cache, 'pipeline')
}
