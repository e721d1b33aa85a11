import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pipeline } from './pipeline.ts'
import { PipelineError } from './pipeline-error.ts'
import { isFree } from './ports.ts'
import { exists } from './process.ts'

/** Which processes run in a folder, for the next one that is told to run there. */
interface Claim {
  readonly launcher: number
  readonly servers: readonly { readonly name: string; readonly pid: number; readonly url: string }[]
}

const fileOf = (dir: string): string => join(dir, 'running.json')

/** Notes that a pipeline runs in its folder. The function that is given back takes the note away. */
export function claim(dir: string, { collector, prometheus }: Pipeline): () => void {
  const server = (name: string, { pid = 0, url }: { pid: number | undefined; url: string }) => ({
    name,
    pid,
    url,
  })
  const note: Claim = {
    launcher: process.pid,
    servers: [server('otelcol', collector), server('prometheus', prometheus)],
  }
  writeFileSync(fileOf(dir), `${JSON.stringify(note)}\n`)
  return () => rmSync(fileOf(dir), { force: true })
}

/**
 * Two pipelines in one folder would write each other's configuration, and Prometheus says of its data only that they are
 * locked. After SIGKILL of the launcher its servers go on, and nobody else knows of them.
 *
 * @throws PipelineError that names the processes when servers run in the folder.
 */
export async function assertUnclaimed(dir: string): Promise<void> {
  const note = read(dir)
  if (note === undefined) return
  const running: Claim['servers'][number][] = []
  for (const server of note.servers) {
    // A process id alone may belong to somebody else by now.
    if (exists(server.pid) && !(await isFree(Number(new URL(server.url).port))))
      running.push(server)
  }
  if (running.length === 0) return
  if (exists(note.launcher)) {
    throw new PipelineError(
      `a pipeline runs in ${dir} already (process ${note.launcher}): stop it, or give this one a folder and ports ` +
        'of its own with --dir FOLDER --free-ports',
    )
  }
  const pids = running.map(({ pid }) => pid).join(' ')
  const names = running.map(({ name, url }) => `${name} (${url})`).join(' and ')
  const [run, them] = running.length === 1 ? ['runs', 'it'] : ['run', 'them']
  throw new PipelineError(
    `${names} still ${run} in ${dir}, left by a pipeline that was killed. End ${them} with: kill ${pids}`,
  )
}

function read(dir: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dir), 'utf8')) as Claim
  } catch (error) {
    // No note, or one that was cut short: then nobody knows of servers, and ports tell what else is in the way.
    if (error instanceof SyntaxError || isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
