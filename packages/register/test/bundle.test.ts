import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../scripts/bundle.ts'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { having, onlyRun, total } from './support/run-files.ts'

// Beside the real one, which other tests may be loading; below dist, so that packages are found from it.
const FOLDER = fileURLToPath(new URL(`../dist/bundle-test-${process.pid}`, import.meta.url))
const START = join(FOLDER, 'start.js')

beforeAll(async () => {
  await bundle(FOLDER)
})
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

test('the bundle is a few files that import nothing but Node and each other', () => {
  const files = readdirSync(FOLDER)
  const imported = files.flatMap((name) =>
    [
      ...readFileSync(join(FOLDER, name), 'utf8').matchAll(
        /^(?:import|export)\b[^\n]*?from "([^"]+)"/gmu,
      ),
    ].map(([, specifier]) => specifier ?? ''),
  )

  expect(files).toHaveLength(3)
  expect(
    imported.filter((specifier) => !isBuiltin(specifier) && !specifier.startsWith('./')),
  ).toEqual([])
})

describe('joined, it does what the modules do', () => {
  test.each(['app.cjs', 'app.mjs'])('observes %s, workers included', async (file) => {
    const origin = await startOrigin()
    const folder = programFolder({
      [file]: `import('node:worker_threads').then(({ Worker, isMainThread }) => {
        if (isMainThread) new Worker('./${file}')
        return fetch(process.env.ORIGIN)
      })`,
    })

    const ended = await runNode(folder, [file], {
      load: 'none',
      nodeArgs: ['-r', START],
      env: { ORIGIN: origin.url },
    })

    expect(ended.code).toBe(0)
    const run = onlyRun(folder)
    expect(total(run, INSTRUMENTS.callDuration.name)).toBe(2)
    expect(having(run, INSTRUMENTS.runEndTime.name)).toBe(2)
  })

  test('finds the parser of the configuration and the client below the policies', async () => {
    const origin = await startOrigin((_, response) => {
      response.setHeader('cache-control', 'max-age=60')
      response.end('ok')
    })
    const folder = programFolder({
      'plimsoll.config.yaml': 'fetch: { cache: true }',
      'app.mjs': `for (let i = 0; i < 3; i += 1) console.log(await (await fetch(process.env.ORIGIN)).text())`,
    })

    const ended = await runNode(folder, ['app.mjs'], {
      load: 'none',
      nodeArgs: ['-r', START],
      env: { ORIGIN: origin.url },
    })

    expect(ended).toMatchObject({ code: 0, stdout: 'ok\nok\nok\n' })
    expect(origin.requests()).toBe(1)
    expect(total(onlyRun(folder), INSTRUMENTS.cacheLookups.name)).toBe(3)
  })

  test('finds its sender', async () => {
    const paths: (string | undefined)[] = []
    const collector = await startOrigin((request, response) => {
      paths.push(request.url)
      request.resume()
      response.end()
    })
    const folder = programFolder({ 'app.cjs': '' })

    const ended = await runNode(folder, ['app.cjs'], {
      load: 'none',
      nodeArgs: ['-r', START],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    })

    expect(ended.code).toBe(0)
    expect(paths).toContain('/v1/logs')
    expect(paths.at(-1)).toBe('/v1/metrics')
  })
})
