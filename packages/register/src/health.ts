import { healthHandler as handlerOf, type Health, type HealthHandler } from '@plimsoll/fetch'
import { installedClient } from './process-client.ts'

export type { Health, HealthHandler, HealthStatus, HostHealth } from '@plimsoll/fetch'

/**
 * How this process, or this worker, stands with the hosts that its global `fetch` has asked. Without policies nothing is
 * known of any host, and all is `ok`. Costs little, sends nothing, never throws.
 */
export function health(): Health {
  return installedClient()?.health() ?? { status: 'ok', hosts: [] }
}

/** A handler of a readiness probe for a server of the program's own, see `healthHandler` of `@plimsoll/fetch`. */
export function healthHandler(): HealthHandler {
  return handlerOf(health)
}
