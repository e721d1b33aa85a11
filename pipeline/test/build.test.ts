import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildBinaries } from '../src/build.ts'
import { PipelineError } from '../src/pipeline-error.ts'

const FAKE_GO = fileURLToPath(new URL('fixtures/go.mjs', import.meta.url))
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

let home = ''
const cache = (): string => join(home, 'cache', 'pipeline')
const env = (more: Record<string, string> = {}): Record<string, string> => ({
  PATH: join(home, 'bin'),
  PLIMSOLL_CACHE: join(home, 'cache'),
  FAKE_GO_CALLS: join(home, 'calls'),
  ...more,
})
const builds = (): string[] => {
  const file = join(home, 'calls')
  const calls = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  return calls.filter((call) => call.startsWith('build'))
}

function installGo(): void {
  const go = join(home, 'bin', 'go')
  writeFileSync(go, `#!/bin/sh\nexec '${process.execPath}' '${FAKE_GO}' "$@"\n`)
  chmodSync(go, 0o755)
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plimsoll-build-'))
  mkdirSync(join(home, 'bin'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('building the programs of the pipeline', () => {
  it('says what to do when Go is missing', async () => {
    const built = buildBinaries({ env: env() })

    await expect(built).rejects.toThrow(PipelineError)
    await expect(built).rejects.toThrow(/Go 1\.26 is needed.*go\.dev\/dl.*docker compose up/su)
    expect(existsSync(cache())).toBe(false)
  })

  it('builds each module once, and says what it does and how long it took', async () => {
    installGo()
    const lines: string[] = []

    const first = await buildBinaries({ env: env(), log: (line) => lines.push(line) })
    const second = await buildBinaries({ env: env(), log: (line) => lines.push(line) })

    expect(builds()).toEqual(['build collector', 'build prometheus', 'build compose'])
    expect(second).toEqual(first)
    for (const path of Object.values(first)) expect(readFileSync(path, 'utf8')).toBe('a program')
    expect(lines.filter((line) => line.startsWith('built'))).toEqual([
      expect.stringMatching(/^built otelcol in \d+ s$/u),
      expect.stringMatching(/^built prometheus and promtool in \d+ s$/u),
      expect.stringMatching(/^built compose in \d+ s$/u),
    ])
  })

  it('builds again for another version of Go', async () => {
    installGo()

    await buildBinaries({ env: env() })
    await buildBinaries({ env: env({ FAKE_GO_VERSION: 'go1.26.9' }) })

    expect(builds()).toHaveLength(6)
  })

  it("shows the end of Go's message when a build fails, and never takes what it left for a whole one", async () => {
    installGo()

    const failed = buildBinaries({ env: env({ FAKE_GO_FAIL: 'prometheus' }) })
    await expect(failed).rejects.toThrow(/components\.go:7: undefined: thing/u)
    const left = readdirSync(cache())
    const binaries = await buildBinaries({ env: env() })

    expect(left).toEqual([expect.stringMatching(/^collector-[0-9a-f]{16}$/u)])
    expect(existsSync(binaries.promtool)).toBe(true)
    expect(builds()).toEqual([
      'build collector',
      'build prometheus',
      'build prometheus',
      'build compose',
    ])
  })

  it('builds once when two ask at the same time', async () => {
    installGo()

    const [one, other] = await Promise.all([
      buildBinaries({ env: env() }),
      buildBinaries({ env: env() }),
    ])

    expect(one).toEqual(other)
    expect(builds()).toHaveLength(3)
    expect(readdirSync(cache())).not.toContain('build.lock')
  })

  it('waits, and says so, while another process builds', async () => {
    installGo()
    mkdirSync(cache(), { recursive: true })
    const lock = join(cache(), 'build.lock')
    writeFileSync(lock, '1\n')
    const waits: string[] = []

    await buildBinaries({
      env: env(),
      log: (line) => {
        if (!line.includes('waiting')) return
        waits.push(line)
        rmSync(lock, { force: true })
      },
    })

    expect(waits).toEqual([expect.stringContaining('another process is building')])
    expect(builds()).toHaveLength(3)
  })

  it('leaves neither lock nor half a build behind when it is interrupted', async () => {
    installGo()
    const child = spawn(process.execPath, [MAIN, '--build-only'], {
      env: env({ FAKE_GO_HANG: 'collector' }),
      stdio: 'ignore',
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    while (builds().length === 0 && child.exitCode === null) await delay(20)

    child.kill('SIGINT')

    expect(await ended).toBe(1)
    expect(readdirSync(cache())).toEqual([])
  })
})
