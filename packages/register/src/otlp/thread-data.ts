import type { Signal } from '@plimsoll/semconv'
import { parsedObject } from '../parsed-object.ts'
import type { BoardPlace } from './board.ts'

export const PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** Where one signal is posted, and with what. */
export interface Endpoint {
  readonly protocol: Protocol
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly gzip: boolean
  /** Paths of PEM files. */
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

/** What the sender thread is started with. */
export interface SenderData {
  readonly plimsollSender: true
  readonly endpoints: Readonly<Partial<Record<Signal, Endpoint>>>
  readonly board: BoardPlace
}

/** From the program's thread to the sender. */
export type ToSender =
  | {
      readonly kind: 'request'
      readonly signal: Signal
      readonly body: Uint8Array
      readonly items: number
      readonly final: boolean
      readonly of?: string | undefined
    }
  | { readonly kind: 'end'; readonly deadlineMs: number }

/** From the sender to the program's thread: something that its owner should hear of now. */
export interface FromSender {
  readonly kind: 'trouble'
  /** What happened, with the address that did not answer. */
  readonly message: string
}

/** Whether a worker was started as a thread of ours: such a one is not observed. */
export function isOwnThread(workerData: unknown): boolean {
  const data = parsedObject(workerData)
  return data?.['plimsollSender'] === true || data?.['plimsollPrometheus'] === true
}
