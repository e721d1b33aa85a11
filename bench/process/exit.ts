import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Origin } from '../calls/serve.ts'
import { runNode } from '../node-process.ts'
import { inScratch } from '../scratch.ts'
import { spreadOf, type Spread } from '../statistics.ts'
import type { Preload } from './preloads.ts'

export interface ExitFigure {
  readonly id: Preload['id']
  readonly title: string
  /** From the end of the program's work to the end of its process. */
  readonly ms: Spread
}

const PROGRAM = join(import.meta.dirname, 'one-call.mjs')

/** How long a program that has made one call goes on for its telemetry's sake, when no collector listens. */
export async function measureExits(
  ways: readonly Preload[],
  turns: number,
  origin: Origin,
): Promise<readonly ExitFigure[]> {
  const taken = ways.map((way) => ({ way, ms: [] as number[] }))
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { way, ms } of taken) ms.push(await exitMs(way, origin))
  }
  return taken.map(({ way: { id, title }, ms }) => ({ id, title, ms: spreadOf(ms) }))
}

async function exitMs({ args }: Preload, origin: Origin): Promise<number> {
  const collector = `http://127.0.0.1:${await unusedPort()}`
  return inScratch(async (cwd) => {
    const { stdout, endedAt } = await runNode({
      args: [...args, PROGRAM, `${origin.url}/exit`],
      cwd,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector, PLIMSOLL_LOG: 'silent' },
      withinMs: 120_000,
    })
    return endedAt - (JSON.parse(stdout) as { doneAt: number }).doneAt
  })
}

/** Where nobody listens: the port of a server that is closed again. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
