import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertUnclaimed, claim } from '../src/claim.ts'
import type { Pipeline } from '../src/pipeline.ts'
import { freePorts } from '../src/ports.ts'
import { startServer, type Server } from '../src/server.ts'

const SCRIPT = fileURLToPath(new URL('fixtures/server.mjs', import.meta.url))

let dir = ''
let collector: Server
let prometheus: Server
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plimsoll-claim-'))
  const ports = await freePorts()
  ;[collector, prometheus] = await Promise.all([start(ports.otlpHttp), start(ports.prometheus)])
})
afterEach(async () => {
  await Promise.all([collector.kill(), prometheus.kill()])
  rmSync(dir, { recursive: true, force: true })
})

function start(port: number): Promise<Server> {
  return startServer({
    command: process.execPath,
    args: [SCRIPT, String(port), 'serve'],
    url: `http://127.0.0.1:${port}`,
    health: '/',
    log: join(dir, `${port}.log`),
  })
}

const note = (): string => join(dir, 'running.json')
const claimed = (): (() => void) => claim(dir, { collector, prometheus } as Pipeline)

/** Makes the note that of a launcher that is gone. */
function killLauncher(): void {
  const gone = spawnSync(process.execPath, ['--version']).pid
  const text = readFileSync(note(), 'utf8')
  writeFileSync(note(), text.replace(`"launcher":${process.pid}`, `"launcher":${gone}`))
}

describe('a folder of a pipeline', () => {
  it('is free when nobody noted anything, and again when the note was taken back', async () => {
    await assertUnclaimed(dir)

    claimed()()

    expect(existsSync(note())).toBe(false)
    await assertUnclaimed(dir)
  })

  it('is refused while a pipeline runs in it, which is named', async () => {
    claimed()

    await expect(assertUnclaimed(dir)).rejects.toThrow(
      `a pipeline runs in ${dir} already (process ${process.pid})`,
    )
  })

  it('is refused while servers of a killed pipeline run in it, with how to end them', async () => {
    claimed()
    killLauncher()

    await expect(assertUnclaimed(dir)).rejects.toThrow(
      `End them with: kill ${collector.pid} ${prometheus.pid}`,
    )

    const left = collector.pid
    await prometheus.kill()

    await expect(assertUnclaimed(dir)).rejects.toThrow(
      new RegExp(`^otelcol \\(\\S+\\) still runs in .* End it with: kill ${left}$`, 'u'),
    )
  })

  it('is free when the servers of a note are gone, or the note was cut short', async () => {
    claimed()
    await Promise.all([collector.kill(), prometheus.kill()])
    await assertUnclaimed(dir)

    writeFileSync(note(), '{"launcher":')

    await assertUnclaimed(dir)
  })
})
