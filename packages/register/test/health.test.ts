import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'

/** What a program imports as `@plimsoll/register/health`. */
const HEALTH = fileURLToPath(new URL('../dist/health.js', import.meta.url))
const CONFIG = `
fetch:
  defaults: { retry: false, breaker: { consecutiveFailures: 1 } }
  hosts: { 127.0.0.1: { required: true } }
`

test.each([
  ['an ES module', 'app.mjs', `const { healthHandler } = await import(process.env.HEALTH)`],
  ['a CommonJS module', 'app.cjs', `const { healthHandler } = require(process.env.HEALTH)`],
])('%s binds a readiness probe that knows the hosts of the global fetch', async (_, name, load) => {
  const origin = await startOrigin((_request, response) => {
    response.statusCode = 503
    response.end()
  })
  const program = `
    ${load}
    const server = require('node:http').createServer(healthHandler())
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address()
      const { get } = require('node:http')
      const probe = () => new Promise((resolve) => {
        get({ port, host: '127.0.0.1', agent: false }, (response) => {
          response.setEncoding('utf8').on('data', (body) => resolve([response.statusCode, JSON.parse(body)]))
        })
      })
      const before = await probe()
      await (await fetch(process.env.ORIGIN)).text()
      console.log(JSON.stringify([before, await probe()]))
      server.close()
    })`
  const shim = `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\n`
  const folder = programFolder({
    'plimsoll.config.yaml': CONFIG,
    [name]: name.endsWith('mjs') ? shim + program : program,
  })

  const ended = await runNode(folder, [name], { env: { ORIGIN: origin.url, HEALTH } })

  expect(ended.code).toBe(0)
  expect(JSON.parse(ended.stdout)).toMatchObject([
    [200, { status: 'pass', checks: {} }],
    [
      503,
      {
        status: 'fail',
        checks: {
          [`127.0.0.1/${origin.port}:reachability`]: [
            { status: 'fail', required: true, breaker: 'open' },
          ],
        },
      },
    ],
  ])
})

test('without policies, or without the preload, nothing is known and all is well', async () => {
  const folder = programFolder({
    'app.mjs': `const { health } = await import(process.env.HEALTH); console.log(JSON.stringify(health()))`,
  })
  const known = { code: 0, stdout: '{"status":"ok","hosts":[]}\n' }

  expect(await runNode(folder, ['app.mjs'], { env: { HEALTH } })).toMatchObject(known)
  expect(await runNode(folder, ['app.mjs'], { env: { HEALTH }, load: 'none' })).toMatchObject(known)
})

test('the package names the module', () => {
  expect(fileURLToPath(import.meta.resolve('@plimsoll/register/health'))).toMatch(/health\.[jt]s$/u)
})
