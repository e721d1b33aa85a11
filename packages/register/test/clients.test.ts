import { createRequire } from 'node:module'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { onlyRun, spansOf, total } from './support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const ATTEMPTS = INSTRUMENTS.requestDuration.name
// The undici that stands below our own fetch, and is the program's here.
const require = createRequire(import.meta.resolve('@plimsoll/fetch'))
const undici = JSON.stringify(require.resolve('undici'))

const CLIENTS = {
  fetch: `await (await fetch(url)).text()`,
  http: `await new Promise((done) => require('node:http').get(url, (r) => r.resume().on('end', done)))`,
  undici: `await (await require(${undici}).request(url)).body.text()`,
}

const program = Object.values(CLIENTS).join('\n')

test.each(['app.cjs', 'app.mjs'])(
  'calls by fetch, undici and node:http are each counted once: %s',
  async (file) => {
    const origin = await startOrigin()
    const folder = programFolder({
      'app.cjs': `const url = process.env.ORIGIN; (async () => { ${program} })()`,
      'app.mjs': `import { createRequire } from 'node:module'
        const require = createRequire(import.meta.url)
        const url = process.env.ORIGIN
        ${program}`,
    })

    const ended = await runNode(folder, [file], { env: { ORIGIN: `${origin.url}/a` } })

    expect(ended).toMatchObject({ code: 0, stdout: '' })
    expect(origin.requests()).toBe(3)
    const run = onlyRun(folder)
    expect([total(run, CALLS), total(run, ATTEMPTS)]).toEqual([3, 3])
    expect(spansOf(run).filter((name) => name === 'GET')).toHaveLength(3)
  },
)

test('the configuration can leave them out', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'app.cjs': `const url = process.env.ORIGIN; (async () => { ${program} })()`,
    'plimsoll.config.yaml': 'observe: { http: false, undici: false }',
  })

  await runNode(folder, ['app.cjs'], { env: { ORIGIN: `${origin.url}/a` } })

  expect(total(onlyRun(folder), CALLS)).toBe(1)
})

test('under policies they are counted once beside a fetch that is', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'app.cjs': `const url = process.env.ORIGIN; (async () => { ${program} })()`,
    'plimsoll.config.yaml': 'fetch: {}',
  })

  await runNode(folder, ['app.cjs'], { env: { ORIGIN: `${origin.url}/a` } })

  const run = onlyRun(folder)
  expect([total(run, CALLS), total(run, ATTEMPTS)]).toEqual([3, 3])
})
