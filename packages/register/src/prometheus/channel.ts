import { BroadcastChannel } from 'node:worker_threads'
import type { Exposition } from './accept.ts'
import type { Family } from './families.ts'

// The thread that serves metrics, and the threads of the program that have them, talk over one channel of the process.

/** From the server to all that have metrics. */
type ToSources =
  | { readonly kind: 'who' }
  | { readonly kind: 'collect'; readonly id: number; readonly exposition: Exposition }

/** From one that has metrics; `source` is its instance. */
type FromSource =
  | { readonly kind: 'here'; readonly source: string; readonly isMain: boolean }
  | {
      readonly kind: 'collected'
      readonly source: string
      readonly id: number
      readonly families: readonly Family[]
    }

export type Message = ToSources | FromSource

/** Opens the channel and gives what posts on it; it keeps no thread alive. */
export function openChannel(heard: (message: Message) => void): (message: Message) => void {
  const channel = new BroadcastChannel('plimsoll.prometheus')
  channel.addEventListener('message', (event) =>
    heard((event as Event & { readonly data: Message }).data),
  )
  channel.unref()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
  return (message) => channel.postMessage(message)
}
