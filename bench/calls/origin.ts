import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// The origin of all calls, in a process of its own, so that its work is not counted. It answers at once and keeps a
// ledger: how many requests each caller sent, by the first segment of the path. `GET /ledger` tells it.
// Prints its port, and ends when its standard input does, that is with the process that started it.

const BODY = JSON.stringify({ works: [{ id: 'w1', title: 'A small document' }], next: null })
const HEADERS = {
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(BODY),
  'cache-control': 'no-store',
}
const ledger = new Map<string, number>()

const server = createServer((request, response) => {
  const [, caller = ''] = (request.url ?? '').split('/', 2)
  if (caller === 'ledger') {
    response.end(JSON.stringify(Object.fromEntries(ledger)))
    return
  }
  ledger.set(caller, (ledger.get(caller) ?? 0) + 1)
  response.writeHead(200, HEADERS).end(BODY)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log((server.address() as AddressInfo).port)
process.stdin.resume().once('end', () => process.exit(0))
