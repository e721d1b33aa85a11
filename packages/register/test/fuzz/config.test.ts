import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { validateFetchOptions } from '@plimsoll/fetch'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SEED = process.env['FUZZ_SEED']
const RUNS = {
  numRuns: process.env['FUZZ_STEPS'] === undefined ? 500 : 50_000,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
}

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'fetch',
  'defaults',
  'hosts',
  'limiter',
  'ratePerSecond',
  'breaker',
  'retry',
  'cache',
  'roles',
  'metrics',
  'boundaries',
  'example.test',
  '*',
] as const

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, 0, -1, 1, 1e99, '', 'text', 'NaN'),
    fc.double(),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...KEYS), tie('tree')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}))

const PRISTINE = Object.getOwnPropertyNames(Object.prototype).toSorted()

function load(text: string, name: string): ReturnType<typeof loadConfig> {
  const file = join(folder, name)
  writeFileSync(file, text)
  return loadConfig(folder, file, validateFetchOptions)
}

/** Valid, or refused with words that name file, line and column; and never anything else. */
function expectJudged(text: string, name: string): void {
  const loaded = load(text, name)
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(PRISTINE)
  if (loaded.kind !== 'invalid') return
  expect(loaded.problems.length).toBeGreaterThan(0)
  for (const problem of loaded.problems) expect(problem).toContain(name)
}

describe('a configuration is valid, or refused in words that name the place', () => {
  test('whatever JSON it is', () => {
    fc.assert(
      fc.property(tree, (value) => {
        // Written by hand: an own member named __proto__ is what the text says, and not what the object says.
        expectJudged(JSON.stringify(value), 'fuzz.json')
      }),
      RUNS,
    )
  })

  test('whatever YAML it is', () => {
    const line = fc.oneof(
      fc.constantFrom(...KEYS).map((key) => `${key}: {}`),
      fc.constantFrom(...KEYS).map((key) => `  ${key}: 1`),
      fc.constantFrom(
        '- a',
        '&a b',
        '*a',
        '<<: *a',
        '? x',
        '---',
        '...',
        '!!js/function x',
        '"',
        '\t',
        '%YAML 1.2',
        '{a: 1,',
      ),
      fc.string({ maxLength: 12 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        expectJudged(lines.join('\n'), 'fuzz.yaml')
      }),
      RUNS,
    )
  })
})

describe('a configuration that reaches for Object.prototype', () => {
  test.each([
    '{"__proto__": {"polluted": true}}',
    '{"constructor": {"prototype": {"polluted": true}}}',
    '{"fetch": {"__proto__": {"cache": true}}}',
    '{"fetch": {"defaults": {"__proto__": {"limiter": {"ratePerSecond": 1}}}}}',
    '{"fetch": {"defaults": {"retry": {"__proto__": {"maxRetries": 0}}}}}',
  ])('is refused, and changes nothing: %s', (text) => {
    const loaded = load(text, 'proto.json')

    expect(loaded.kind).toBe('invalid')
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined()
  })

  test('as the name of a host is refused as well', () => {
    const loaded = load('{"fetch": {"hosts": {"__proto__": {"retry": false}}}}', 'host.json')

    expect(loaded.kind).toBe('invalid')
    expect(({} as { readonly retry?: unknown }).retry).toBeUndefined()
  })

  test('in YAML, by an alias or a merge, changes nothing', () => {
    load('a: &a {__proto__: {polluted: true}}\nfetch: {<<: *a}\n', 'proto.yaml')

    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(PRISTINE)
  })

  test('of an alias that grows without end is refused', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]']
    for (let level = 1; level < 9; level++) {
      const last = `*a${level - 1}`
      lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => last).join(',')}]`)
    }

    const loaded = load(lines.join('\n'), 'laughs.yaml')

    expect(loaded.kind).toBe('invalid')
  })
})
