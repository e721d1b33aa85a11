import type { Client } from '@plimsoll/fetch'

/** What the program may ask of the client that stands behind its global `fetch`. */
export type ProcessClient = Pick<Client, 'health' | 'fallback'>

// A registered symbol: the program imports another copy of this module than the preload has in its bundle.
const slot: unique symbol = Symbol.for('plimsoll.client')
const holder = globalThis as { [slot]?: ProcessClient }

export function installClient(client: ProcessClient): void {
  holder[slot] = client
}

/** Undefined without the preload, and where `fetch` is only observed. */
export function installedClient(): ProcessClient | undefined {
  return holder[slot]
}
