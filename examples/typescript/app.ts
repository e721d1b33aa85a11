// TypeScript that Node runs as it is written: `node -r @plimsoll/register app.ts`. No build, no loader.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Price {
  readonly id: string
  readonly cents: number
}

const prices: readonly Price[] = [
  { id: 'apple', cents: 300 },
  { id: 'pear', cents: 400 },
]

const server = createServer((request, response) => {
  response.end(JSON.stringify(prices.find(({ id }) => request.url === `/${id}`)))
})
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve)
})
const { port } = server.address() as AddressInfo

for (const { id } of prices) {
  const response = await fetch(`http://127.0.0.1:${port}/${id}`)
  const price = (await response.json()) as Price
  console.log(price.id, price.cents)
}
server.closeAllConnections()
server.close()
