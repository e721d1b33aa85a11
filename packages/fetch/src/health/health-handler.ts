import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Health, HealthStatus, HostHealth } from './health.ts'

/** Answers a readiness probe. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => void

/** In the words of the draft. */
const STATUSES: Readonly<Record<HealthStatus, string>> = {
  ok: 'pass',
  degraded: 'warn',
  down: 'fail',
}

/**
 * A handler for a server of the program's own: 200 while the status is `ok` or `degraded`, 503 when it is `down`, with the
 * checks in JSON (`application/health+json`, draft-inadarei-api-health-check-06). It names the hosts that the program
 * calls: bind it where only the probe comes. GET and HEAD; anything else is a 405.
 */
export function healthHandler(health: () => Health): HealthHandler {
  return (request, response) => {
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    const now = health()
    const body = JSON.stringify({
      status: STATUSES[now.status],
      checks: Object.fromEntries(
        now.hosts.map((host) => [`${nameOf(host)}:reachability`, [checkOf(host)]]),
      ),
    })
    response.writeHead(now.status === 'down' ? 503 : 200, {
      'content-type': 'application/health+json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    // A HEAD request is answered without its body by Node.
    response.end(body)
  }
}

/** A colon parts the two halves of a check's name. */
function nameOf({ address, port }: HostHealth): string {
  return `${address.replaceAll(':', '.')}/${port}`
}

function checkOf({ address, port, status, ...rest }: HostHealth): object {
  return {
    componentId: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    componentType: 'component',
    status: STATUSES[status],
    ...rest,
  }
}
