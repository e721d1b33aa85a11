import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from './catalogue.ts'
import type { Plan } from './faults.ts'
import type { LedgerEntry } from './ledger.ts'

/** What the origin would answer if nothing went wrong. */
export interface Content {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Answers as planned, and writes into `entry` what the client was really sent. */
export async function answer(
  response: ServerResponse,
  plan: Plan,
  content: Content,
  entry: LedgerEntry,
): Promise<void> {
  const { fault } = plan
  if (fault.kind === 'hang') {
    entry.end = 'hung'
    return
  }
  await sleep(plan.delayMs)
  if (response.destroyed) return
  switch (fault.kind) {
    case 'reset':
      entry.end = 'reset'
      response.socket?.resetAndDestroy()
      return
    case 'rate_limited':
      send(response, entry, tooMany(fault.form))
      return
    case 'server_error':
      send(response, entry, plain(fault.status, 'not now'))
      return
    case 'cut':
      cut(response, entry, content)
      return
    case 'corrupt':
      send(response, entry, { ...content, body: flipped(content.body) }, 'corrupt')
      return
    case 'mislabelled':
      send(response, entry, mislabelled(content), 'mislabelled')
      return
    case 'none':
    case 'slow':
      send(response, entry, content)
  }
}

export function plain(status: number, text: string): Content {
  return {
    status,
    headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' },
    body: Buffer.from(`${text}\n`),
  }
}

/** The header of RFC 9530 for `body`. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${sha256(body, 'base64')}:`
}

function send(
  response: ServerResponse,
  entry: LedgerEntry,
  content: Content,
  end: LedgerEntry['end'] = 'complete',
): void {
  // Finished means that the operating system has all of it; a client that leaves before that got a part.
  response.once('finish', () => {
    entry.end = end
    if (entry.kind === 'artifact' && content.status === 200 && entry.method === 'GET') {
      entry.sha256 = sha256(content.body)
    }
  })
  head(response, entry, content)
  response.end(entry.method === 'HEAD' || content.status === 304 ? undefined : content.body)
}

function head(response: ServerResponse, entry: LedgerEntry, content: Content): void {
  entry.status = content.status
  const length = content.status === 304 ? {} : { 'content-length': String(content.body.byteLength) }
  response.writeHead(content.status, { ...content.headers, ...length })
}

/** Declares the whole, sends half, and closes in good order: a reset could take the headers with it. */
function cut(response: ServerResponse, entry: LedgerEntry, content: Content): void {
  head(response, entry, content)
  entry.end = 'cut'
  response.write(content.body.subarray(0, content.body.byteLength >> 1))
  response.socket?.destroySoon()
}

function tooMany(form: 'seconds' | 'date'): Content {
  const content = plain(429, 'slow down')
  // A date has no fractions: the next full second but one is one to two seconds away.
  const date = new Date((Math.floor(Date.now() / 1000) + 2) * 1000).toUTCString()
  const retryAfter = form === 'seconds' ? '1' : date
  return { ...content, headers: { ...content.headers, 'retry-after': retryAfter } }
}

function flipped(body: Buffer): Buffer {
  const wrong = Buffer.from(body)
  const middle = wrong.byteLength >> 1
  wrong[middle] = (wrong[middle] ?? 0) ^ 0xff
  return wrong
}

/** Somebody else's bytes under a digest that fits them. */
function mislabelled(content: Content): Content {
  const body = Buffer.from(content.body.toReversed())
  return {
    ...content,
    headers: { ...content.headers, 'content-digest': contentDigest(body) },
    body,
  }
}
