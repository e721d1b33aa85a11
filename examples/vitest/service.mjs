// A stand-in for the service: tests that call the real one are judged in the same way.
import { createServer } from 'node:http'

export async function startService(prices) {
  const server = createServer((request, response) => {
    const price = prices[request.url.split('/').at(-1)]
    response.writeHead(price === undefined ? 204 : 200, { 'content-type': 'application/json' })
    response.end(price === undefined ? undefined : JSON.stringify({ price }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
