// Three hosts that answer at once, in a process of their own, so that their work is not counted. Prints their ports.
import { createServer } from 'node:http'
import { once } from 'node:events'

const servers = Array.from({ length: 3 }, () =>
  createServer((_, response) => response.end('{"ok":true}')).listen(0, '127.0.0.1'),
)
await Promise.all(servers.map((server) => once(server, 'listening')))
console.log(JSON.stringify(servers.map((server) => server.address().port)))
