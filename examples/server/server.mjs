// A service that runs until it is told to stop: it asks another one for prices, under the policies of plimsoll.config.yaml.
//   BACKEND=http://127.0.0.1:4000 PORT=3000 node -r @plimsoll/register server.mjs
import { createServer } from 'node:http'
import { healthHandler } from '@plimsoll/register/health'

const { BACKEND = 'http://127.0.0.1:4000', PORT = '3000' } = process.env

// Ready while what it cannot do without answers: 503 as soon as the backend's circuit is open.
const readyz = healthHandler()

const server = createServer((request, response) => {
  if (request.url === '/readyz') readyz(request, response)
  // Alive means: this process answers. It does not ask anybody.
  else if (request.url === '/livez') response.end('alive\n')
  else void price(request, response)
})

async function price(request, response) {
  try {
    const answer = await fetch(new URL(request.url, BACKEND))
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  } catch (error) {
    // Network errors, time limits and open circuits: the caller is told that it is not this service that failed.
    response.writeHead(502, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: error.code ?? error.cause?.code ?? error.message }))
  }
}

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})

// A listener of one's own decides how the program ends; the preload writes what it has when it does.
process.once('SIGTERM', () => {
  server.close()
  server.closeIdleConnections()
})
