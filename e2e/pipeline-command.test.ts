import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildBinaries } from '../pipeline/src/index.ts'
import { exists } from '../pipeline/src/process.ts'
import { temporaryFolder } from './fixtures/folder.ts'
import { eventually } from './pipeline/ask.ts'

const MAIN = fileURLToPath(new URL('../pipeline/main.ts', import.meta.url))
const STARTED_MS = 60_000

// Whoever comes first builds them, which takes longer than a test may.
beforeAll(() => buildBinaries({ log: (line) => console.log(line) }))

describe('npm run pipeline', () => {
  const launchers: ChildProcess[] = []
  afterEach(() => {
    // Those that still run are of a test that failed.
    for (const launcher of launchers.splice(0)) launcher.kill('SIGTERM')
  })
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    launchers.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { child, ended, output: () => output }
  }
  const childrenOf = (pid: number | undefined): number[] =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  const named = (output: string): number[] =>
    (/End them with: kill ([\d ]+)/u.exec(output)?.[1] ?? '').split(' ').map(Number)

  const running = async (dir: string) => {
    const launched = start('--free-ports', '--dir', dir)
    await eventually(
      () => Promise.resolve(launched.output()),
      (text) => text.includes('Ctrl-C'),
      STARTED_MS,
    )
    return { ...launched, servers: childrenOf(launched.child.pid) }
  }

  it('prints addresses and what to do next', async () => {
    using dir = temporaryFolder()
    const { child, ended, output } = await running(dir.path)

    child.kill('SIGINT')

    expect(await ended).toBe(0)
    expect(output()).toMatch(/export OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:\d+/u)
    expect(output()).toMatch(/slo-check slo\.yaml --prometheus http:\/\/127\.0\.0\.1:\d+/u)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'leaves no process after %s',
    async (signal) => {
      using dir = temporaryFolder()
      const { child, ended, servers } = await running(dir.path)

      child.kill(signal)

      expect(await ended).toBe(0)
      expect(servers).toHaveLength(2)
      expect(servers.filter(exists)).toEqual([])
    },
  )

  it('shows the end of the log of a server that dies, stops the other and fails', async () => {
    using dir = temporaryFolder()
    const { ended, output, servers } = await running(dir.path)
    const [first = 0, ...others] = servers

    process.kill(first, 'SIGKILL')

    expect(await ended).toBe(1)
    expect(output()).toMatch(/has ended; the end of .*\.log:\n {2}\S/u)
    expect(others.filter(exists)).toEqual([])
  })

  it('does not start where one runs, nor where a killed one left its servers, and says which', async () => {
    using folder = temporaryFolder()
    const dir = folder.path
    const { child, ended, servers } = await running(dir)
    const again = start('--free-ports', '--dir', dir)

    expect(await again.ended).toBe(1)
    expect(again.output()).toContain(`a pipeline runs in ${dir} already (process ${child.pid})`)

    child.kill('SIGKILL')
    await ended
    const after = start('--free-ports', '--dir', dir)
    const refused = await after.ended
    for (const pid of servers) process.kill(pid, 'SIGKILL')

    expect(refused).toBe(1)
    expect(new Set(named(after.output()))).toEqual(new Set(servers))
  })

  it('says what is wrong with its arguments', async () => {
    const { ended, output } = start('--prot')

    expect(await ended).toBe(1)
    expect(output()).toContain('--prot')
  })
})
