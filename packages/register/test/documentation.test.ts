import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { validateFetchOptions } from '@plimsoll/fetch'
import { configSchema } from '../scripts/config-schema.ts'
import { CONFIG_DEFAULTS } from '../src/config/config.ts'
import { loadConfig } from '../src/config/load.ts'
import { VARIABLES } from '../src/environment.ts'
import { programFolder } from './support/program.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const PAGE = read('docs/configuration.md')

/** By each name in the first cell of a row, its second cell, without quotes. */
function rowsOf(text: string): ReadonlyMap<string, string> {
  const rows = text.matchAll(/^\| (`[^|]*`) *\| ([^|]*?) *\|/gmu)
  return new Map(
    [...rows].flatMap(([, names = '', value = '']) =>
      names.split(', ').map((name) => [name.replaceAll('`', ''), value.replaceAll('`', '')]),
    ),
  )
}
const documented = rowsOf(PAGE)

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

  expect(documented.get('metrics.maxHosts')).toBe(String(metrics.maxHosts))
  expect(documented.get('files.dir')).toBe(files.dir)
  expect(documented.get('files.keepRuns')).toBe(String(files.keepRuns))
  expect(documented.get('files.maxMegabytes')).toBe(String(files.maxMegabytes))
})

test('every variable of ours is on the page', () => {
  const rows = [...PAGE.matchAll(/^\| `(PLIMSOLL_\w+)`/gmu)].map(([, name]) => name)

  expect(rows.sort()).toEqual(Object.values(VARIABLES).sort())
})

/** `OTEL_{A,B}_C` as `OTEL_A_C` and `OTEL_B_C`. */
function spelledOut(name: string): string[] {
  const [, before = '', choices, after = ''] = /^(.*?)\{(.*?)\}(.*)$/u.exec(name) ?? []
  if (choices === undefined) return [name]
  return choices.split(',').flatMap((choice) => spelledOut(before + choice + after))
}

test('every variable of OpenTelemetry that the sources know is on the page', () => {
  const sources = globSync('packages/register/src/**/*.ts', { cwd: ROOT })
  const known = new Set(
    sources.flatMap((file) => read(file).match(/\bOTEL_[A-Z_]+[A-Z]\b_?/gu) ?? []),
  )
  const onPage = [...PAGE.matchAll(/`(OTEL_[A-Z_{},*]+)/gu)].flatMap(([, name = '']) =>
    spelledOut(name),
  )

  const missing = [...known].filter((name) => !onPage.some((one) => one.startsWith(name)))
  expect(known.size).toBeGreaterThan(30)
  expect(missing).toEqual([])
})

interface Part {
  readonly properties?: Readonly<Record<string, Part>>
  readonly oneOf?: readonly Part[]
  readonly default?: string | number | boolean | readonly (string | number)[]
}

/** The keys of a part of the schema, of whichever form it may have. */
function keysOf(part: Part | undefined): Readonly<Record<string, Part>> {
  return part?.properties ?? part?.oneOf?.find((one) => one.properties)?.properties ?? {}
}

describe('every key of the file stands on a page, with its default', () => {
  const { properties, $defs } = configSchema() as unknown as {
    readonly properties: Readonly<Record<string, Part>>
    readonly $defs: Readonly<Record<string, Part>>
  }
  const fetch = keysOf(properties['fetch'])
  const host = keysOf($defs['hostOptions'])
  const retry = keysOf(host['retry'])
  const named = (section: string): typeof fetch => {
    const keys = Object.entries(keysOf(properties[section]))
    return Object.fromEntries(keys.map(([key, part]) => [`${section}.${key}`, part]))
  }

  test.each<[string, typeof fetch]>([
    ['packages/fetch/README.md', fetch],
    ['packages/fetch/README.md', host],
    ['docs/policies/limiter.md', keysOf(host['limiter'])],
    ['docs/policies/circuit-breaker.md', keysOf(host['breaker'])],
    ['docs/policies/retry.md', retry],
    ['docs/policies/retry.md', keysOf(retry['budget'])],
    ['docs/policies/cache.md', keysOf(fetch['cache'])],
    ['docs/policies/fallback.md', keysOf($defs['source'])],
    ['docs/policies/fallback.md', keysOf($defs['fallback'])],
    ['docs/configuration.md', named('service')],
    ['docs/configuration.md', named('observe')],
    ['docs/configuration.md', named('metrics')],
    ['docs/configuration.md', named('files')],
  ])('%s', (path, keys) => {
    const rows = rowsOf(read(path))

    expect(Object.keys(keys)).not.toEqual([])
    for (const [key, { default: standard }] of Object.entries(keys)) {
      expect([key, rows.has(key)]).toEqual([key, true])
      if (standard === undefined) continue
      const shown = typeof standard === 'object' ? standard.join(', ') : String(standard)
      // Off is `false` in a file, and in code an option that is not there.
      expect([key, rows.get(key)?.replace('none', 'false')]).toEqual([key, shown])
    }
  })

  test('what spans show of URLs', () => {
    for (const key of Object.keys(keysOf(fetch['redact']))) {
      expect(read('packages/fetch/README.md')).toContain(`\`${key}: `)
    }
  })
})
