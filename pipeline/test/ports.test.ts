import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { assertFree, freePorts } from '../src/ports.ts'

async function listening<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  try {
    return await use(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

describe('ports', () => {
  it('are all different, and below those that outgoing connections take', async () => {
    const ports = Object.values(await freePorts())

    expect(new Set(ports).size).toBe(ports.length)
    for (const port of ports) expect(port).toBeLessThan(32_000)
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(20_000)
  })

  it('are not taken twice when chance repeats itself', async () => {
    const numbers = [0.5, 0.5, 0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]
    let next = 0

    const ports = Object.values(await freePorts(() => numbers[next++ % numbers.length] ?? 0))

    expect(new Set(ports).size).toBe(ports.length)
  })

  it('that are in use are named, with what they are for', async () => {
    await listening(async (port) => {
      const ports = { ...(await freePorts()), otlpHttp: port }

      await expect(assertFree(ports)).rejects.toThrow(
        `port ${port} (OTLP/HTTP) is in use on 127.0.0.1`,
      )
    })
  })

  it('that are free raise nothing', async () => {
    await expect(freePorts().then(assertFree)).resolves.toBeUndefined()
  })
})
