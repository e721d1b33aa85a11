import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { validateFetchOptions } from '@plimsoll/fetch'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configSchema, configSchemaText } from '../../scripts/config-schema.ts'
import { judgeValue } from '../../src/config/load.ts'

type Schema = Readonly<Record<string, unknown>>

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const schema = configSchema()
const isValid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema)

/** What no schema can say: it depends on what stands elsewhere. */
const ELSEWHERE =
  /there is no such (?:profile|source)|expected at least openMs|tiers\[\d+\]: expected a new name/u

/** What the preload says of it, leaving out what no schema can say. */
function problemsOf(document: unknown): string[] {
  const judged = judgeValue(document, validateFetchOptions)
  if ('config' in judged) return []
  return judged.problems.map(({ message }) => message).filter((text) => !ELSEWHERE.test(text))
}

test('the published file is the one that the code makes', () => {
  expect(read('packages/register/plimsoll.config.schema.json')).toBe(configSchemaText())
})

test('every key has a description', () => {
  const without = (part: unknown, path: string): string[] => {
    if (typeof part !== 'object' || part === null) return []
    const { properties, ...rest } = part as { properties?: Record<string, Schema> }
    return [
      ...Object.entries(properties ?? {})
        .filter(([, one]) => typeof one['description'] !== 'string')
        .map(([key]) => `${path}.${key}`),
      ...Object.entries({ ...properties, ...rest }).flatMap(([key, one]) =>
        without(one, `${path}.${key}`),
      ),
    ]
  }

  expect(without(schema, '')).toEqual([])
})

const HOSTS = ['a.test', '*.test', '*', '*:9', '[::1]:80', 'b.test:65535', '127.0.0.1:*', 'A_b.c']
const NAMES = ['p', 'q', 'x y', 'resilience.fallback.duration', 'my.own.duration']
const WORDS = ['p', 'q', ' ', 'GET', 'shared', '', '2.1', 'a b']

/** Values that a part of the schema allows, most of the time. */
function valuesOf(part: Schema, names: readonly string[] = NAMES): fc.Arbitrary<unknown> {
  const at = (key: string): Schema => part[key] as Schema
  if (typeof part['$ref'] === 'string') {
    const name = part['$ref'].split('/').at(-1) ?? ''
    return valuesOf((schema['$defs'] as Record<string, Schema>)[name] ?? {})
  }
  if (Array.isArray(part['oneOf'])) {
    return fc.oneof(...(part['oneOf'] as Schema[]).map((one) => valuesOf(one, names)))
  }
  if ('const' in part) return fc.constant(part['const'])
  if (Array.isArray(part['enum'])) return fc.constantFrom(...(part['enum'] as unknown[]))
  const types = [part['type']].flat()
  const least = Number(part['minimum'] ?? part['exclusiveMinimum'] ?? -5)
  const most = Number(part['maximum'] ?? 200_000)
  if (types.includes('integer')) return fc.integer({ min: least, max: most })
  if (types.includes('number'))
    return fc.oneof(
      fc.integer({ min: least, max: Math.max(1, Math.floor(most)) }),
      fc.double({ min: least, max: most, noNaN: true }),
    )
  if (types.includes('boolean')) return fc.boolean()
  if (types.includes('null') && !types.includes('object')) return fc.constant(null)
  if (types.includes('string')) return fc.constantFrom(...WORDS, 'POST')
  if (types.includes('array'))
    return fc.array(valuesOf(at('items')), {
      minLength: Number(part['minItems'] ?? 0),
      maxLength: 3,
    })
  if ('properties' in part) {
    const required = (part['required'] ?? []) as string[]
    const keys = Object.entries(part['properties'] as Record<string, Schema>)
    const model = Object.fromEntries(
      keys.map(([key, one]) => [key, valuesOf(one, key === 'hosts' ? HOSTS : NAMES)]),
    )
    return fc.record(model, { requiredKeys: required, noNullPrototype: true })
  }
  return fc.dictionary(fc.constantFrom(...names), valuesOf(at('additionalProperties')), {
    maxKeys: 3,
    noNullPrototype: true,
  })
}

const documents = valuesOf(schema)
const junk = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1.5,
  1e12,
  true,
  false,
  '',
  ' ',
  'x',
  [],
  {},
  [1],
  ['x'],
  { x: 1 },
)
const breakage = fc.record({
  which: fc.nat(),
  junk,
  key: fc.constantFrom(
    'zzz',
    'openMS',
    '__proto__',
    'constructor',
    'http://a.test',
    'a.test:99999',
    '*.*',
    undefined,
  ),
})

/** The document with one part of it replaced, or a key added to it. */
function broken(
  document: unknown,
  { which, junk: bad, key }: { which: number; junk: unknown; key: string | undefined },
): unknown {
  // As text and back: so `__proto__` becomes a key, as it does in a file.
  const places: ((to: unknown) => void)[] = []
  const copy = structuredClone(document)
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const name of Object.keys(value)) {
      places.push((to) => {
        Object.defineProperty(value, Array.isArray(value) ? name : (key ?? name), {
          value: to,
          enumerable: true,
          configurable: true,
          writable: true,
        })
      })
      walk((value as Record<string, unknown>)[name])
    }
  }
  walk(copy)
  if (places.length === 0) return bad
  places[which % places.length]?.(bad)
  return copy
}

describe('the schema and the preload come to the same verdict', () => {
  const seen = { valid: 0, not: 0 }
  const agree = (document: unknown): void => {
    const said = problemsOf(document)
    const valid = isValid(document)
    seen[valid ? 'valid' : 'not'] += 1
    expect({ valid, said, document }).toEqual({ valid: said.length === 0, said, document })
  }

  test('on documents that follow the schema, or nearly', () => {
    fc.assert(fc.property(documents, agree), { numRuns: 1_500 })
    expect(seen.valid).toBeGreaterThan(100)
  })

  test('on documents with something broken in them', () => {
    fc.assert(
      fc.property(documents, breakage, (document, how) => agree(broken(document, how))),
      { numRuns: 3_000 },
    )
    expect(seen.not).toBeGreaterThan(500)
  })

  test.each([
    ['nothing', null],
    ['a schema of its own', { $schema: './schema.json' }],
    ['sections with nothing in them', { service: null, fetch: null, metrics: null, files: null }],
    ['a list', []],
    ['a text', 'fetch'],
  ])('on %s', (_, document) => agree(document))
})

describe('every configuration in the documentation is valid', () => {
  const pages = globSync(
    ['README.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/**/*.md'],
    {
      cwd: root,
      exclude: (name) => name.includes('node_modules'),
    },
  )
  const SECTIONS = Object.keys((schema as { properties: object }).properties)
  const snippets = pages.flatMap((page) =>
    [...read(page).matchAll(/^```ya?ml\n(.*?)^```/gmsu)].map(
      (match) => [page, parse(match[1] ?? '') as unknown] as const,
    ),
  )
  const configurations = snippets.filter(
    ([, value]) =>
      typeof value === 'object' &&
      value !== null &&
      Object.keys(value).every((key) => SECTIONS.includes(key)),
  )
  const files = globSync('examples/**/plimsoll.config.*', { cwd: root }).map(
    (file) => [file, parse(read(file)) as unknown] as const,
  )

  test('there are some', () => {
    expect(configurations.length).toBeGreaterThan(0)
    expect(files.length).toBeGreaterThan(0)
  })

  test.each([...configurations, ...files])('%s', (_, value) => {
    expect(judgeValue(value, validateFetchOptions)).toHaveProperty('config')
    expect([isValid(value), isValid.errors]).toEqual([true, null])
  })
})
