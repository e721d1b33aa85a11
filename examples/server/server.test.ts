import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { Workplace } from '../workplace.ts'

const place = new Workplace(import.meta.dirname, ['server.mjs', 'plimsoll.config.yaml', 'slo.yaml'])
afterAll(() => place.remove())

test('a server is ready while its backend answers, not when its circuit is open, and ends as it wants to', async () => {
  let status = 200
  const backend = createServer((_, response) => response.writeHead(status).end('{"price":3}'))
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
  const { port } = backend.address() as AddressInfo
  const env = { BACKEND: `http://127.0.0.1:${port}`, PORT: '0' }
  const server = place.start(['-r', '@plimsoll/register', 'server.mjs'], env)
  const exited = once(server, 'exit')
  const [told] = (await once(server.stdout ?? server, 'data')) as [Buffer]
  const base = /http:\S+/u.exec(told.toString())?.[0] ?? ''
  const ask = async (path: string) => {
    const response = await fetch(`${base}${path}`, { headers: { connection: 'close' } })
    return { status: response.status, text: await response.text() }
  }

  expect(await ask('/readyz')).toMatchObject({ status: 200 })
  for (let turn = 0; turn < 40; turn++) await ask('/apple')
  expect(await ask('/apple')).toEqual({ status: 200, text: '{"price":3}' })

  status = 503
  expect(await ask('/apple')).toMatchObject({ status: 503 })
  expect(await ask('/apple')).toMatchObject({ status: 503 })
  expect(await ask('/apple')).toEqual({
    status: 502,
    text: '{"error":"ERR_PLIMSOLL_CIRCUIT_OPEN"}',
  })
  const down = await ask('/readyz')
  expect(down.status).toBe(503)
  expect(JSON.parse(down.text)).toMatchObject({ status: 'fail' })
  expect(await ask('/livez')).toEqual({ status: 200, text: 'alive\n' })

  server.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  backend.close()
  backend.closeAllConnections()
  expect(place.gate()).toEqual({ status: 0, good: 41, total: 44 })
})
