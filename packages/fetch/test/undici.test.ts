import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const index = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** Runs a program of its own with the sources, and hands back what it prints. */
async function program(code: string): Promise<unknown> {
  const args = [
    '--conditions=@plimsoll/source',
    '--no-warnings',
    '--input-type=module',
    '--eval',
    code,
  ]
  const { stdout } = await run(process.execPath, args)
  return JSON.parse(stdout) as unknown
}

const SLOTS = `
  const slot = (n) => globalThis[Symbol.for('undici.globalDispatcher.' + n)]
  const name = (n) => slot(n)?.constructor.name
`

test('observing loads no undici of ours', async () => {
  const loaded = await program(`
    ${SLOTS}
    import { observeFetch } from ${JSON.stringify(index)}
    observeFetch(fetch)
    const { createRequire } = await import('node:module')
    const files = Object.keys(createRequire(${JSON.stringify(index)}).cache)
    console.log(JSON.stringify(files.filter((file) => file.includes('undici')).length))
  `)

  expect(loaded).toBe(0)
})

test('making a fetch leaves the dispatcher of the platform as it was', async () => {
  const seen = await program(`
    ${SLOTS}
    import { createRequire } from 'node:module'
    import { createFetch } from ${JSON.stringify(index)}
    createFetch()
    const { Agent, Dispatcher1Wrapper } = createRequire(${JSON.stringify(index)})('undici')
    await fetch('http://127.0.0.1:9/').catch(() => {})
    const theirs = [slot(1)]
    console.log(JSON.stringify([name(1), theirs.some((d) => d instanceof Agent || d instanceof Dispatcher1Wrapper)]))
  `)

  expect(seen).toEqual(['Agent', false])
})

test('a dispatcher that the program chose stays', async () => {
  const kept = await program(`
    ${SLOTS}
    import { createFetch } from ${JSON.stringify(index)}
    const own = { dispatch: () => true }
    globalThis[Symbol.for('undici.globalDispatcher.1')] = own
    createFetch()
    console.log(JSON.stringify(slot(1) === own))
  `)

  expect(kept).toBe(true)
})

test('a program that made a fetch and used it ends by itself', async () => {
  const done = await program(`
    import { createServer } from 'node:http'
    import { createFetch } from ${JSON.stringify(index)}
    const server = createServer((_, response) => response.end('x'))
    await new Promise((resolve) => server.listen(0, resolve))
    const fetch = createFetch({ cache: true, defaults: { timeoutMs: 60000, deadlineMs: 60000 } })
    const response = await fetch('http://127.0.0.1:' + server.address().port)
    console.log(JSON.stringify(await response.text()))
    server.close()
  `)

  expect(done).toBe('x')
})
