import { fileURLToPath } from 'node:url'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { onlyRun, total } from './support/run-files.ts'

/** What a program imports as `@plimsoll/register/fallback`. */
const FALLBACK = fileURLToPath(new URL('../dist/fallback.js', import.meta.url))
const PROGRAM = `
  const { configuredFallback } = await import(process.env.FALLBACK)
  const from = (path) => ({
    request: (id) => process.env.ORIGIN + path + id,
    read: (response) => response.text(),
  })
  try {
    const copy = configuredFallback('copy', { archive: from('/archive/'), publisher: from('/publisher/') })
    const { value, tier } = await copy('1')
    console.log(value, tier)
  } catch (error) {
    console.log(error.code)
  }`

test('a program builds a fallback of the file by its name', async () => {
  const origin = await startOrigin((request, response) => {
    response.statusCode = request.url?.startsWith('/archive') === true ? 404 : 200
    response.end(request.url)
  })
  const folder = programFolder({
    'plimsoll.config.yaml': `
fetch:
  sources: { archive: , publisher: { timeoutMs: 5000 } }
  fallbacks:
    copy:
      tiers: [{ name: open, sources: [archive] }, { name: paid, sources: [publisher] }]
`,
    'app.mjs': PROGRAM,
  })

  const ended = await runNode(folder, ['app.mjs'], { env: { FALLBACK, ORIGIN: origin.url } })

  expect(ended).toMatchObject({ code: 0, stdout: '/publisher/1 paid\n' })
  expect(total(onlyRun(folder), INSTRUMENTS.fallbackAttempts.name)).toBe(2)
})

test('without a section fetch there is none, and it says so', async () => {
  const folder = programFolder({ 'app.mjs': PROGRAM })

  const ended = await runNode(folder, ['app.mjs'], { env: { FALLBACK, ORIGIN: '' } })

  expect(ended.stdout).toBe('ERR_PLIMSOLL_OPTION_INVALID\n')
})
