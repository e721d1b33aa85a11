import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { guard } from './children.ts'
import { PipelineError } from './pipeline-error.ts'
import { releaseOf, type Module } from './modules.ts'
import type { Environment } from './environment.ts'

const PROGRAM = 'go'

const MISSING =
  "Go 1.26 is needed to build the pipeline's Collector and Prometheus: install it from https://go.dev/dl, " +
  'or run the pipeline in containers with `docker compose up`'

/** Lines of a failed build that are shown; the causes stand at its end. */
const SHOWN_LINES = 20

/** What Go shall not take from the user's environment, because it would change what is built. */
const FIXED = { GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' }

/**
 * The Go version that compiles a module, the module's own `toolchain` line considered.
 *
 * @throws PipelineError when Go is missing or too old.
 */
export async function goVersion(module: Module, env: Environment): Promise<string> {
  const answer = await go(['env', 'GOVERSION', 'GOOS', 'GOARCH'], module.folder, env)
  return answer.trim().split(/\s+/u).join(' ')
}

/** The arguments of `go build` for a module, without the folder that the programs go to. */
export function buildArguments(module: Module): string[] {
  const { versionVariable } = module
  const version = versionVariable === undefined ? '' : ` -X ${versionVariable}=${releaseOf(module)}`
  return [
    'build',
    '-mod=readonly', // go.mod and go.sum as committed, or not at all
    '-trimpath',
    '-buildvcs=false', // the same sources give the same bytes in every clone
    ...(module.tags.length === 0 ? [] : [`-tags=${module.tags.join(',')}`]),
    `-ldflags=-s -w${version}`,
  ]
}

/**
 * Compiles a module into a folder.
 *
 * @throws PipelineError with the end of Go's own message.
 */
export async function compile(module: Module, into: string, env: Environment): Promise<void> {
  mkdirSync(into, { recursive: true })
  const [only, ...more] = module.programs
  // Several packages go to a folder under their own names; a single one is named here.
  const output = only !== undefined && more.length === 0 ? join(into, only) : `${into}/`
  await go([...buildArguments(module), '-o', output, module.packages], module.folder, env)
}

function go(args: readonly string[], cwd: string, env: Environment): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(PROGRAM, args, {
      cwd,
      env: { ...env, ...FIXED },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    guard(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new PipelineError(MISSING, { cause: error }) : error),
    )
    child.once('close', (code) => {
      if (code === 0) return resolve(stdout)
      const tail = stderr.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n  ')
      const hint = /requires go|toolchain not available/u.test(stderr) ? `\n${MISSING}` : ''
      reject(
        new PipelineError(`go ${args[0] ?? ''} in ${cwd} failed (exit ${code}):\n  ${tail}${hint}`),
      )
    })
  })
}
