import { readFileSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { onlyRun, total } from './support/run-files.ts'

const CANARY = 'canary-7f3a91'

// The undici that stands below our own fetch, and is the program's here.
const undici = createRequire(import.meta.resolve('@plimsoll/fetch')).resolve('undici')

/** The canary wherever a secret can stand: in what is asked for, in what is answered, in errors and around the program. */
const PROGRAM = `
import { request as send } from 'node:http'
import { createRequire } from 'node:module'
const { request } = createRequire(import.meta.url)(${JSON.stringify(undici)})
const ask = (url, options, then = () => {}) => new Promise((done) => {
  const sent = send(url, options, (answer) => answer.resume().on('close', done)).on('error', done)
  sent.end()
  then(sent)
})
const quiet = (promise) => promise.then((r) => r.text()).catch(() => {})
const origin = process.env.ORIGIN
const C = '${CANARY}'
await quiet(fetch(origin + '/' + C + '-path?token=' + C + '-query#' + C, { headers: { authorization: 'Bearer ' + C, cookie: C } }))
await quiet(fetch(origin, { method: 'POST', body: JSON.stringify({ password: C }) }))
await quiet(fetch(origin.replace('//', '//' + C + ':' + C + '@')))
await quiet(fetch('http://' + C + '.invalid@127.0.0.1:9/' + C))
await quiet(fetch('http://127.0.0.1:9/' + C + '?' + C + '=' + C))
await quiet(fetch(origin + '/slow', { signal: AbortSignal.abort(new Error(C + ' in a reason')) }))
await quiet(fetch(origin + '/redirect'))
await quiet(fetch(origin + '/broken'))
await quiet(fetch(origin + '/' + C, { method: C }))
await quiet(fetch('not a url ' + C))
const headers = { authorization: 'Bearer ' + C, cookie: C, ['x-' + C]: C }
await ask(origin + '/' + C + '?token=' + C + '&' + C, { headers, auth: C + ':' + C })
await ask('http://' + C + ':' + C + '@127.0.0.1:9/' + C, { method: C })
await ask(origin + '/slow', {}, (sent) => sent.destroy(new Error(C + ' in a reason')))
await request(origin + '/' + C + '?token=' + C, { headers, method: 'POST', body: C }).then(({ body }) => body.dump(), () => {})
await request('http://127.0.0.1:9/' + C).catch(() => {})
process.on('exit', () => {})
setTimeout(() => { throw new Error(C + ' thrown') }, 1)
`

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}

test.each([
  { how: 'observed', config: {} },
  {
    how: 'under policies',
    config: {
      'plimsoll.config.yaml':
        'fetch: { defaults: { breaker: false, retry: { baseDelayMs: 1 } }, cache: true }',
    },
  },
] as const)(
  'a secret stands in no file that is written, $how',
  { timeout: 60_000 },
  async ({ config }) => {
    const origin = await startOrigin((request, response) => {
      if (request.url === '/redirect') {
        response.writeHead(302, { location: `/${CANARY}?a=${CANARY}`, 'set-cookie': CANARY })
      } else if (request.url === '/broken') {
        response.writeHead(200, { 'content-length': '10', 'x-secret': CANARY })
        response.write(CANARY.slice(0, 5))
        response.destroy()
        return
      }
      response.end(CANARY)
    })
    const folder = programFolder({ 'app.mjs': PROGRAM, ...config })

    const ended = await runNode(folder, ['app.mjs', `--password=${CANARY}`], {
      env: { ORIGIN: origin.url, SECRET: CANARY, OTEL_PROPAGATORS: 'tracecontext' },
    })

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(`${CANARY} thrown`)
    const said = ended.stderr.split('\n').filter((line) => line.startsWith('plimsoll'))
    expect(said.join('\n')).not.toContain(CANARY)
    const written = filesBelow(join(folder, '.plimsoll'))
    expect(written.filter((path) => path.endsWith('.jsonl'))).toHaveLength(3)
    for (const path of written) expect(readFileSync(path, 'utf8')).not.toContain(CANARY)
    // All this was measured indeed.
    expect(total(onlyRun(folder), INSTRUMENTS.callDuration.name)).toBeGreaterThanOrEqual(11)
  },
)

test('the key of hashes is readable by its owner alone, and one of the environment is not stored', async () => {
  const folder = programFolder({ 'app.cjs': '' })
  await runNode(folder, ['app.cjs'])
  const other = programFolder({ 'app.cjs': '' })
  const env = { PLIMSOLL_URL_HASH_KEY: CANARY }

  await runNode(other, ['app.cjs'], { env })

  expect(statSync(join(folder, '.plimsoll/key')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, '.plimsoll/key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/u)
  expect(readdirSync(join(other, '.plimsoll')).sort()).toEqual(['.gitignore', 'runs'])
})
