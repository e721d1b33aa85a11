import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { buildBinaries, startPipeline } from '../pipeline/src/index.ts'
import { costTables, rowNames } from './cost/page.ts'
import { weigh } from './cost/weigh.ts'
import { temporaryFolder } from './fixtures/folder.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs/scaling.md')
const TABLES = /(?<=<!-- written by e2e\/scaling\.test\.ts -->\n\n)[\s\S]*?(?=\n\n<!-- end -->)/u

/** Those that stand alone; the others are merged over the configuration of the repository. */
const WHOLE = ['agent.yaml', 'kafka-front.yaml']

test.each(globSync('docs/scaling/*.yaml', { cwd: root }))(
  'the Collector takes %s, and the page shows what it is for',
  async (file) => {
    const { otelcol } = await buildBinaries()
    const below = WHOLE.includes(basename(file)) ? [] : ['collector-config.yaml']
    const configs = [...below, file].flatMap((name) => ['--config', join(root, name)])

    execFileSync(otelcol, ['validate', ...configs], { stdio: 'pipe' })

    expect(readFileSync(page, 'utf8')).toContain(`(scaling/${basename(file)})`)
  },
)

test('what a million calls cost is measured, and the page says so', async () => {
  using folder = temporaryFolder()
  await using pipeline = await startPipeline({ dir: join(folder.path, 'pipeline') })
  const writes = process.env['E2E_WRITE_DOCS'] === '1'

  const weights = await weigh(pipeline, folder.path, { calls: 5_000, rounds: writes ? 7 : 2 })
  const tables = costTables(weights)
  console.log(tables)
  if (writes) writeFileSync(page, readFileSync(page, 'utf8').replace(TABLES, tables))

  // Each call is a row, a logical span and at least one attempt: nothing was lost on the way.
  expect(weights.events).toBeGreaterThanOrEqual(5_000)
  expect(weights.spans).toBeGreaterThanOrEqual(10_000)
  expect(weights.series).toBeGreaterThan(0)
  expect(rowNames(TABLES.exec(readFileSync(page, 'utf8'))?.[0] ?? '')).toEqual(rowNames(tables))
})
