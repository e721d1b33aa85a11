import type { Client } from '@plimsoll/fetch'
import { sharedAcrossCopies } from '@plimsoll/policies/shared'

/** What the program may ask of the client that stands behind its global `fetch`. */
export type ProcessClient = Pick<Client, 'health' | 'fallback'>

// The program imports another copy of this module than the preload has in its bundle.
const shared = sharedAcrossCopies<{ installed: ProcessClient | undefined }>('client', () => ({
  installed: undefined,
}))

export function installClient(client: ProcessClient): void {
  shared.installed = client
}

/** Undefined without the preload, and where `fetch` is only observed. */
export function installedClient(): ProcessClient | undefined {
  return shared.installed
}
