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

// undici 6 and 7, in Node 22 and 24, have the first slot, undici 8, in Node 26, both. The platform fills them when
// something of its fetch is first touched.
const SLOTS = `
  const slots = () => [1, 2].map((n) => globalThis[Symbol.for('undici.globalDispatcher.' + n)])
  const same = (before) => slots().every((dispatcher, n) => dispatcher === before[n] || before[n] === undefined)
  Response
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

test('making a fetch and using it leaves the dispatcher of the platform as it was', async () => {
  const kept = await program(`
    ${SLOTS}
    import { createFetch } from ${JSON.stringify(index)}
    const before = slots()
    await createFetch()('http://127.0.0.1:9/').catch(() => {})
    console.log(JSON.stringify([before[0] !== undefined, same(before)]))
  `)

  expect(kept).toEqual([true, true])
})

test('a dispatcher that the program chose stays', async () => {
  const kept = await program(`
    ${SLOTS}
    import { createFetch } from ${JSON.stringify(index)}
    const own = { dispatch: () => true }
    for (const n of [1, 2]) globalThis[Symbol.for('undici.globalDispatcher.' + n)] = own
    const before = slots()
    createFetch()
    console.log(JSON.stringify(same(before)))
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
