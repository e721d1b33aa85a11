import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePorts } from '../src/ports.ts'
import { PipelineError } from '../src/pipeline-error.ts'
import { exists } from '../src/process.ts'
import { startServer, type Server, type ServerOptions } from '../src/server.ts'

const SCRIPT = fileURLToPath(new URL('fixtures/server.mjs', import.meta.url))

let dir = ''
const started: Server[] = []
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'plimsoll-server-'))))
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.kill()))
  rmSync(dir, { recursive: true, force: true })
})

async function optionsFor(behaviour: string): Promise<ServerOptions> {
  const { prometheus: port } = await freePorts()
  return {
    command: process.execPath,
    args: [SCRIPT, String(port), behaviour],
    url: `http://127.0.0.1:${port}`,
    health: '/',
    log: join(dir, 'logs', 'server.log'),
  }
}

async function start(behaviour: string): Promise<Server> {
  const server = await startServer(await optionsFor(behaviour))
  started.push(server)
  return server
}

describe('a server', () => {
  it('is healthy once it is started, and writes its log', async () => {
    const server = await start('serve')

    const answer = await fetch(server.url)

    expect(await answer.text()).toBe(String(server.pid))
    expect(readFileSync(server.log, 'utf8')).toContain(`hello from ${server.pid}`)
  })

  it('starts again after a kill, at the same address and with the same log', async () => {
    const server = await start('serve')
    const first = server.pid ?? 0

    await server.kill()
    const between = server.pid
    await server.start()

    expect(between).toBeUndefined()
    expect(exists(first)).toBe(false)
    expect(await (await fetch(server.url)).text()).toBe(String(server.pid))
    expect(readFileSync(server.log, 'utf8').match(/hello/gu)).toHaveLength(2)
  })

  it('is gone once it is stopped, and stopping it again does nothing', async () => {
    const server = await start('serve')
    const pid = server.pid ?? 0

    await server.stop()
    await server.stop()

    expect(exists(pid)).toBe(false)
    await expect(server.ended).resolves.toBeUndefined()
  })

  it('tells when it has ended by itself', async () => {
    const server = await start('serve')

    process.kill(server.pid ?? 0, 'SIGKILL')
    await server.ended

    expect(server.pid).toBeUndefined()
  })

  it('that ends before it is healthy fails with its code and the end of its log', async () => {
    const options = await optionsFor('die')

    const failed = startServer(options)

    await expect(failed).rejects.toThrow(PipelineError)
    await expect(failed).rejects.toThrow(/ended before it was healthy \(exit 3\).*no such table/su)
  })

  it('that is never healthy fails in time, and is not left running', async () => {
    const options = { ...(await optionsFor('sick')), startMs: 1_500 }

    await expect(startServer(options)).rejects.toThrow(/was not healthy at http/u)

    const pid = /hello from (\d+)/u.exec(readFileSync(options.log, 'utf8'))?.[1]
    expect(exists(Number(pid))).toBe(false)
  })

  it('that cannot be started says so', async () => {
    const options = { ...(await optionsFor('serve')), command: join(dir, 'nothing') }

    await expect(startServer(options)).rejects.toThrow(/could not be started.*ENOENT/su)
  })
})
