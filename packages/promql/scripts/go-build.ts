import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const binary = 'go'
const source = new URL('../engine/', import.meta.url)

/** The toolchain that go.mod pins; another one gives other bytes. */
export function pinnedToolchain(): string {
  const pin = /^toolchain (\S+)$/m.exec(readFileSync(new URL('go.mod', source), 'utf8'))?.[1]
  if (pin === undefined) throw new Error('engine/go.mod pins no toolchain')
  return pin
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOOS: 'js',
    GOARCH: 'wasm',
    GOTOOLCHAIN: pinnedToolchain(), // Go fetches it when it is another
    GOFLAGS: '',
    GOWASM: '',
    GOEXPERIMENT: '',
    GOWORK: 'off',
    CGO_ENABLED: '0',
  }
}

export function go(...args: readonly string[]): string {
  return execFileSync(binary, args, {
    cwd: fileURLToPath(source),
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 256 * 1024 * 1024,
  })
}

export function goIsInstalled(): boolean {
  return spawnSync(binary, ['version'], { stdio: 'ignore' }).status === 0
}

export function goRoot(): string {
  return go('env', 'GOROOT').trim()
}

/** Compiles the engine so that the same sources give the same bytes on every machine. */
export function compile(output: string): void {
  go(
    'build',
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags=-s -w -buildid=',
    '-o',
    output,
    '.',
  )
}
