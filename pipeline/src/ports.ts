import { createServer } from 'node:net'
import { PipelineError } from './pipeline-error.ts'

/** Every port that the pipeline listens on. */
export interface Ports {
  readonly otlpGrpc: number
  readonly otlpHttp: number
  /** The Collector's own telemetry. */
  readonly telemetry: number
  /** The Collector's scrape exporter. */
  readonly scrape: number
  readonly health: number
  readonly prometheus: number
}

export const STANDARD_PORTS: Ports = {
  otlpGrpc: 4317,
  otlpHttp: 4318,
  telemetry: 8888,
  scrape: 8889,
  health: 13133,
  prometheus: 9090,
}

const PURPOSES: Readonly<Record<keyof Ports, string>> = {
  otlpGrpc: 'OTLP/gRPC',
  otlpHttp: 'OTLP/HTTP',
  telemetry: "the Collector's own telemetry",
  scrape: "the Collector's scrape exporter",
  health: "the Collector's health check",
  prometheus: 'Prometheus',
}

const HOST = '127.0.0.1'

// Below the range from which systems take the ports of outgoing connections (32768 on Linux, 49152 elsewhere): a server
// that is killed and started again finds its ports as it left them.
const LOWEST = 20_000
const HIGHEST = 32_000
const MAX_TRIES = 200

/** Ports that nobody listens on, chosen at random. */
export async function freePorts(random: () => number = Math.random): Promise<Ports> {
  const chosen = new Set<number>()
  const one = async (): Promise<number> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const port = LOWEST + Math.floor(random() * (HIGHEST - LOWEST))
      if (chosen.has(port) || !(await isFree(port))) continue
      chosen.add(port)
      return port
    }
    throw new PipelineError(`no free port between ${LOWEST} and ${HIGHEST}`)
  }
  return {
    otlpGrpc: await one(),
    otlpHttp: await one(),
    telemetry: await one(),
    scrape: await one(),
    health: await one(),
    prometheus: await one(),
  }
}

/** @throws PipelineError that names each port that is taken, and what it is for. */
export async function assertFree(ports: Ports): Promise<void> {
  const taken: string[] = []
  for (const [name, port] of Object.entries(ports) as [keyof Ports, number][]) {
    if (!(await isFree(port))) taken.push(`${port} (${PURPOSES[name]})`)
  }
  if (taken.length === 0) return
  const [port, are] = taken.length === 1 ? ['port', 'is'] : ['ports', 'are']
  throw new PipelineError(
    `${port} ${taken.join(', ')} ${are} in use on ${HOST}: stop what listens there, or run with --free-ports`,
  )
}

/** Whether nobody listens there on loopback. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    )
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
