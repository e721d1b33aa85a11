import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryRecorder } from '@plimsoll/policies/testing'
import { createFetch } from '../../src/index.ts'

const BYTES = 150_000_000
let server: Server
let base: string

beforeAll(async () => {
  const zeros = Buffer.alloc(BYTES)
  const bombs: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(zeros, { level: 1 }),
    br: brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  }
  server = createServer((request, response) => {
    const encoding = request.url?.slice(1) ?? ''
    const digest = 'sha-256=:AAAA:'
    response.writeHead(200, { 'content-encoding': encoding, 'content-digest': digest })
    response.end(bombs[encoding])
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => {
    server.close(resolve)
  })
})

test.each(['gzip', 'br'])(
  'a body that unpacks to 150 MB, by %s, is held piece by piece, verified or cached or not',
  async (encoding) => {
    for (const options of [{ integrity: false }, { cache: true, integrity: false }]) {
      const response = await createFetch({ recorder: memoryRecorder(), ...options })(
        `${base}/${encoding}`,
      )
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      let total = 0
      for await (const chunk of response.body ?? []) {
        total += chunk.byteLength
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        // The program is slower than the origin.
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
        if (total > BYTES / 3) break
      }
      expect(total).toBeGreaterThan(BYTES / 3)
      expect(most).toBeLessThan(60_000_000)
    }
  },
)
