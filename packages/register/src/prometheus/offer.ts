import { isMainThread, type Worker } from 'node:worker_threads'
import type { Resource } from '@opentelemetry/resources'
import type { Cells } from '@plimsoll/telemetry'
import type { Guard } from '../guard.ts'
import type { Messages } from '../messages.ts'
import type { Settings } from '../settings.ts'
import { openChannel } from './channel.ts'
import { holdSource } from './held-source.ts'
import { serveMetrics } from './server.ts'
import { createSource, type Source } from './source.ts'

export interface OfferOptions {
  readonly settings: Settings
  readonly cells: Pick<Cells, 'collect'>
  readonly resource: Resource
  readonly guard: Guard
  readonly messages: Messages
}

/**
 * Offers the metrics of this thread to those who scrape: by a handler that the program may mount, and where a port is asked
 * for there too. One port serves the main thread and its workers; a process that is started by this one needs its own.
 *
 * @returns the thread that serves, in the main thread
 */
export function offerMetrics({ settings, ...options }: OfferOptions): readonly Worker[] {
  const { cells, resource, guard, messages } = options
  const source = createSource({ cells, resource: resource.attributes, messages })
  holdSource(source)
  if (settings.otlp.prometheus === undefined) return []
  const server = isMainThread ? [serveMetrics(settings.otlp.prometheus, messages)] : []
  answer(source, settings.identity.instance, guard)
  return server
}

/** Answers the thread that serves, which may be there already, come later or never. */
function answer(source: Source, instance: string, guard: Guard): void {
  const here = { kind: 'here', source: instance, isMain: isMainThread } as const
  const post = openChannel((message) => {
    if (message.kind === 'who') post(here)
    if (message.kind !== 'collect') return
    guard('while it served metrics', () => {
      const families = source(message.exposition)
      post({ kind: 'collected', source: instance, id: message.id, families })
    })
  })
  post(here)
}
