import { createRequire } from 'node:module'
import type * as Undici from 'undici'
import type { Dispatcher } from 'undici'

const HEADERS = { 'content-type': 'text/plain', 'content-length': '4' }
const RAW = Object.entries(HEADERS)
  .flat()
  .map((text) => Buffer.from(text))
const BODY = Buffer.from('fine')

/** undici 8's handler, or that of the platform's fetch before Node 26. */
interface Handler extends Dispatcher.DispatchHandler {
  onConnect?(abort: () => void): void
  onHeaders?(status: number, headers: Buffer[], resume: () => void, message: string): boolean
  onData?(chunk: Buffer): boolean
  onComplete?(trailers: Buffer[]): void
}

class Connection implements Dispatcher.DispatchController {
  aborted = false
  paused = false
  reason = null
  rawHeaders = RAW
  rawTrailers = []
  pause(): void {}
  resume(): void {}
  abort(): void {}
}

function answerOld(handler: Handler): void {
  handler.onConnect?.(() => {})
  handler.onHeaders?.(200, RAW, () => {}, 'OK')
  handler.onData?.(BODY)
  handler.onComplete?.([])
}

function answer(handler: Handler): void {
  const connection = new Connection()
  handler.onRequestStart?.(connection, null)
  handler.onResponseStart?.(connection, 200, HEADERS, 'OK')
  handler.onResponseData?.(connection, BODY)
  handler.onResponseEnd?.(connection, {})
}

/** A network without a network: each exchange is answered in the next microtask. */
function answered(_: object, handler: Handler): boolean {
  queueMicrotask(() => {
    if (handler.onRequestStart === undefined) answerOld(handler)
    else answer(handler)
  })
  return true
}

/** Exchanges that nobody answers, kept as a connection would keep them. */
export const unanswered: object[] = []

function kept(options: object, handler: object): boolean {
  unanswered.push([options, handler])
  return true
}

/** Dispatchers to hand to a bare fetch or request. */
export const answering = { dispatch: answered } as unknown as Dispatcher
export const silent = { dispatch: kept } as unknown as Dispatcher

/** undici, loaded after a client has: a program that loads it first makes its dispatcher the one of all fetches. */
export const undici = (): typeof Undici => createRequire(import.meta.url)('undici') as typeof Undici

/** Makes the agents that fetches and requests of ours stand on answer at once, or never. */
export function replaceAgents(how: 'answering' | 'silent'): void {
  undici().Agent.prototype.dispatch = how === 'answering' ? answered : kept
}
