import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { validateFetchOptions } from '@plimsoll/fetch'
import { CONFIG_DEFAULTS } from '../src/config/config.ts'
import { loadConfig } from '../src/config/load.ts'
import { VARIABLES } from '../src/environment.ts'
import { programFolder } from './support/program.ts'

const PAGE = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')

/** The second cell of the row of `key`, without its quotes. */
function documented(key: string): string | undefined {
  return new RegExp(`^\\| \`${key}\` +\\| ([^|]*?) +\\|`, 'mu').exec(PAGE)?.[1]?.replaceAll('`', '')
}

test('the example of the page is a valid configuration', () => {
  const example = /```yaml\n([\s\S]*?)```/u.exec(PAGE)?.[1] ?? ''
  const folder = programFolder({ 'plimsoll.config.yaml': example })

  expect(loadConfig(folder, undefined, validateFetchOptions)).toMatchObject({
    kind: 'valid',
    config: { fetch: (parse(example) as { fetch: object }).fetch },
  })
})

test('the defaults of the page are those of the code', () => {
  const { metrics, files } = CONFIG_DEFAULTS

  expect(documented('metrics.maxHosts')).toBe(String(metrics.maxHosts))
  expect(documented('files.dir')).toBe(files.dir)
  expect(documented('files.keepRuns')).toBe(String(files.keepRuns))
  expect(documented('files.maxMegabytes')).toBe(String(files.maxMegabytes))
})

test('every variable of ours is on the page', () => {
  const rows = [...PAGE.matchAll(/^\| `(PLIMSOLL_\w+)`/gmu)].map(([, name]) => name)

  expect(rows.sort()).toEqual(Object.values(VARIABLES).sort())
})
