import { fileURLToPath } from 'node:url'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { programFolder, runNode } from '../support/program.ts'
import { onlyRun, total } from '../support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const ATTEMPTS = INSTRUMENTS.requestDuration.name
const FETCH = JSON.stringify(fileURLToPath(new URL('../../../fetch/package.json', import.meta.url)))

const CONFIGS = { observed: {}, 'under policies': { 'plimsoll.config.yaml': 'fetch: {}' } }

describe.each(['undici', 'undici-7'])('a program with its own %s', (name) => {
  const load = `const undici = require('node:module').createRequire(${FETCH})(${JSON.stringify(name)})`

  test.each(Object.entries(CONFIGS))(
    'goes by the dispatcher that it sets globally: fetch %s',
    async (_, config) => {
      const origin = await startOrigin()
      const folder = programFolder({
        ...config,
        'app.cjs': `${load}
          const mock = new undici.MockAgent()
          mock.get('http://mock.test').intercept({ path: '/a' }).reply(200, 'mocked')
          mock.enableNetConnect(/^127/)
          const text = async (url) => (await fetch(url)).text()
          void (async () => {
            const said = [await text(process.env.ORIGIN)]
            undici.setGlobalDispatcher(mock)
            said.push(await text('http://mock.test/a'), await text(process.env.ORIGIN))
            mock.disableNetConnect()
            said.push(await text(process.env.ORIGIN).catch((error) => error.name))
            console.log(said.join(), undici.getGlobalDispatcher() === mock)
          })()`,
      })

      const bare = await runNode(folder, ['app.cjs'], {
        load: 'none',
        env: { ORIGIN: origin.url },
      })
      const loaded = await runNode(folder, ['app.cjs'], { env: { ORIGIN: origin.url } })

      expect(bare.stdout).toBe('ok,mocked,ok,TypeError true\n')
      expect(loaded.stdout).toBe(bare.stdout)
      expect(origin.requests()).toBe(4)
      const run = onlyRun(folder)
      expect(total(run, CALLS)).toBe(4)
      expect(total(run, ATTEMPTS)).toBeGreaterThanOrEqual(3)
    },
  )

  test.each(Object.entries(CONFIGS))(
    'that sets none asks the same with its request and finds its own dispatcher: fetch %s',
    async (_, config) => {
      const origin = await startOrigin()
      const folder = programFolder({
        ...config,
        'app.cjs': `${load}
          void (async () => {
            const { body } = await undici.request(process.env.ORIGIN)
            const client = new undici.Agent()
            const own = await undici.request(process.env.ORIGIN, { dispatcher: client })
            const said = [await body.text(), await own.body.text()]
            await client.close()
            said.push(typeof undici.getGlobalDispatcher().dispatch)
            console.log(said.join())
          })()`,
      })

      const ended = await runNode(folder, ['app.cjs'], { env: { ORIGIN: origin.url } })

      expect(ended).toMatchObject({ code: 0, stdout: 'ok,ok,function\n' })
      expect(total(onlyRun(folder), CALLS)).toBe(2)
      expect(total(onlyRun(folder), ATTEMPTS)).toBe(2)
    },
  )
})
