import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The server that the observed program calls. What it has answered is the truth that all counts are held against. */
export interface Origin extends AsyncDisposable {
  readonly url: string
  /** Paths that were asked for, each once, since the program asks for none twice. */
  readonly ledger: ReadonlySet<string>
  /** Resolves when so many more requests have been answered. */
  more(count: number): Promise<void>
}

export async function startOrigin(): Promise<Origin> {
  const ledger = new Set<string>()
  const waiting = new Set<{ readonly at: number; readonly reached: () => void }>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    if (ledger.has(path)) throw new Error(`${path} was asked for twice`)
    ledger.add(path)
    response.end('ok')
    for (const waiter of waiting) {
      if (ledger.size < waiter.at) continue
      waiting.delete(waiter)
      waiter.reached()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger,
    more: (count) => new Promise((reached) => waiting.add({ at: ledger.size + count, reached })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
