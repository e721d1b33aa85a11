import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { platformCases, READ_ELSEWISE_ON_NODE_22 } from '../../fetch/test/platform-cases.ts'
import { startPlatformOrigin, type PlatformOrigin } from '../../fetch/test/platform-origin.ts'
import { programFolder, runNode, type RunOptions } from './support/program.ts'

let origin: PlatformOrigin
beforeAll(async () => {
  origin = await startPlatformOrigin()
})
afterAll(() => origin.close())

const CASES = fileURLToPath(new URL('../../fetch/test/platform-cases.ts', import.meta.url))
const CASE = fileURLToPath(new URL('../../fetch/test/platform/case.ts', import.meta.url))
const PROGRAM = `
import { platformCases } from ${JSON.stringify(CASES)}
import { failure } from ${JSON.stringify(CASE)}
const seen = {}
for (const { name, run } of platformCases) seen[name] = await failure(() => run(fetch, process.env.BASE))
console.log(JSON.stringify(seen))
process.exit(0)
`

async function seen(load: RunOptions['load'], config: Readonly<Record<string, string>> = {}) {
  const folder = programFolder({ 'app.mjs': PROGRAM, ...config })
  const ended = await runNode(folder, ['app.mjs'], {
    load: load ?? '-r',
    env: { BASE: origin.base, PLIMSOLL_LOG: 'error' },
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(ended.stdout) as Record<string, unknown>
}

/** What a program sees without us, found out once. */
let alone: Record<string, unknown> | undefined

describe('a program sees of fetch under the preload what it sees without', () => {
  test.each([
    { how: 'observed', load: '-r', config: {}, differs: [] },
    { how: 'observed, loaded by --import', load: '--import', config: {}, differs: [] },
    // One case must not open the breaker for the next.
    {
      how: 'under policies',
      load: '-r',
      config: { 'plimsoll.config.yaml': 'fetch: { defaults: { breaker: false } }' },
      differs: READ_ELSEWISE_ON_NODE_22,
    },
  ] as const)('$how', { timeout: 120_000 }, async ({ load, config, differs }) => {
    alone ??= await seen('none')

    const observed = await seen(load, config)

    expect(Object.keys(alone)).toHaveLength(platformCases.length)
    const expected = { ...alone }
    for (const name of differs) expected[name] = observed[name]
    expect(observed).toEqual(expected)
  })
})
