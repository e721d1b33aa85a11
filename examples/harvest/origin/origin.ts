import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer, type Content } from './answer.ts'
import { createCatalogue, HOST_NAMES, HOSTS, type HostName } from './catalogue.ts'
import { createContents } from './content.ts'
import { createFaultPlan, type Fault } from './faults.ts'
import { createLedger } from './ledger.ts'
import type { Profile } from './profile.ts'

export interface OriginOptions {
  readonly seed: number
  readonly profile: Profile
  readonly works: number
  /** The ports of the table of hosts instead of any that are free. */
  readonly fixedPorts: boolean
}

export interface Origin {
  /** The port of each host. */
  readonly hosts: Readonly<Record<HostName, number>>
  /** The port at which `/ledger` is answered; requests there are not counted. */
  readonly control: number
  /** The ledger as JSON lines. */
  ledger(): string
  close(): Promise<void>
}

/** A metadata service, sources and a mirror, each on its own port, with seeded faults. */
export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const catalogue = createCatalogue(options.works)
  const faults = createFaultPlan(options.seed, options.profile, catalogue)
  const ledger = createLedger()
  const ports = new Map<HostName, number>()
  const urlOf = (host: HostName): string => `http://127.0.0.1:${ports.get(host) ?? 0}`
  const contents = createContents(options.seed, catalogue, faults, urlOf)

  async function handle(host: HostName, request: IncomingMessage, response: ServerResponse) {
    request.resume()
    const method = request.method ?? 'GET'
    const asked = contents.find(host, new URL(request.url ?? '/', 'http://origin').pathname)
    const requestId = String(request.headers['x-request-id'] ?? '')
    const seen = { host, method, kind: asked.kind, subject: asked.subject }
    const ordinal = ledger.ordinal(seen)
    const content = asked.content(request.headers as Record<string, string | undefined>)
    const plan = faults.plan(host, asked.subject, method, ordinal)
    const fault = possible(plan.fault, asked.kind, method, content)
    const entry = ledger.add({ ...seen, requestId, ordinal, fault: fault.kind })
    await answer(response, { ...plan, fault }, content, entry)
  }

  const servers = new Map<HostName, Server>()
  for (const host of HOST_NAMES) {
    const server = createServer((request, response) => void handle(host, request, response))
    servers.set(host, server)
    ports.set(host, await listen(server, options.fixedPorts ? HOSTS[host].port : 0))
  }
  const control = createServer((_request, response) => response.end(ledger.lines()))
  const controlPort = await listen(control, 0)

  return {
    hosts: Object.fromEntries(ports) as Record<HostName, number>,
    control: controlPort,
    ledger: () => ledger.lines(),
    async close() {
      await Promise.all([control, ...servers.values()].map((server) => stop(server)))
    },
  }
}

/** A body can be spoilt only where there is one; the list of works is what all begins with, and always good. */
function possible(fault: Fault, kind: string, method: string, content: Content): Fault {
  if (kind !== 'artifact' && kind !== 'metadata') return { kind: 'none' }
  const spoilsBody = ['cut', 'corrupt', 'mislabelled'].includes(fault.kind)
  const hasBody = method === 'GET' && content.status === 200
  return spoilsBody && !hasBody ? { kind: 'none' } : fault
}

async function listen(server: Server, port: number): Promise<number> {
  // The client closes idle connections, never the server: a request must not meet a closing socket by chance.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
