import { SIGNALS, type Signal } from '@plimsoll/semconv'
import type { DiskWarning } from '../files/disk-warning.ts'
import { createFileOutlet } from '../files/file-outlet.ts'
import type { Messages } from '../messages.ts'
import type { BoardPlace } from '../otlp/board.ts'
import { createSender, type Sender } from '../otlp/sender.ts'
import type { Destination } from '../otlp/settings.ts'
import type { Endpoint } from '../otlp/thread-data.ts'
import type { Loss } from './outlet.ts'
import type { Route } from './pipeline.ts'

export interface RouteOptions {
  readonly destinations: Readonly<Partial<Record<Signal, Destination>>>
  readonly run: string
  readonly instance: string
  readonly maxBytes: number
  readonly messages: Messages
  readonly warning: DiskWarning
  readonly loss: Loss
  /** Where the counts of a sender are kept. @default memory of its own */
  readonly boardPlace: () => BoardPlace | undefined
}

export interface Routes {
  readonly bySignal: Readonly<Partial<Record<Signal, Route>>>
  /** One for all signals that are pushed, so that the end of an instance leaves after all else. */
  readonly sender: Sender | undefined
  /** Whether any signal goes to files. */
  readonly files: boolean
}

/** Opens the outlets that the destinations ask for: one for files, one for what is pushed. */
export function openRoutes({ destinations, ...options }: RouteOptions): Routes {
  const bySignal: Partial<Record<Signal, Route>> = {}
  const to = (kind: Destination['kind']) =>
    SIGNALS.filter((signal) => destinations[signal]?.kind === kind)
  const toFiles = to('file')
  if (toFiles.length > 0) {
    const outlet = createFileOutlet({ ...options, tell: (text) => options.messages.warn(text) })
    for (const signal of toFiles) bySignal[signal] = { outlet, format: 'json' }
  }
  const endpoints = endpointsOf(destinations)
  if (Object.keys(endpoints).length === 0)
    return { bySignal, sender: undefined, files: toFiles.length > 0 }
  const { messages, loss, boardPlace } = options
  const sender = createSender({ endpoints, messages, loss, boardPlace: boardPlace() })
  for (const signal of SIGNALS) {
    const protocol = endpoints[signal]?.protocol
    if (protocol === undefined) continue
    bySignal[signal] = { outlet: sender, format: protocol === 'http/json' ? 'json' : 'protobuf' }
  }
  return { bySignal, sender, files: toFiles.length > 0 }
}

function endpointsOf(
  destinations: RouteOptions['destinations'],
): Partial<Record<Signal, Endpoint>> {
  const endpoints: Partial<Record<Signal, Endpoint>> = {}
  for (const signal of SIGNALS) {
    const destination = destinations[signal]
    if (destination?.kind === 'otlp') endpoints[signal] = destination.endpoint
  }
  return endpoints
}
