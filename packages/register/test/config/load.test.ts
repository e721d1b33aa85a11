import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateFetchOptions } from '@plimsoll/fetch'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { CONFIG_DEFAULTS } from '../../src/config/config.ts'
import { CONFIG_FILES, loadConfig } from '../../src/config/load.ts'
import { programFolder } from '../support/program.ts'

function load(files: Readonly<Record<string, string>>, named?: string) {
  return loadConfig(programFolder(files), named, validateFetchOptions)
}

function problemsOf(text: string, name = 'plimsoll.config.yaml'): readonly string[] {
  const loaded = load({ [name]: text })
  return loaded.kind === 'invalid' ? loaded.problems : []
}

test('without a file the defaults hold', () => {
  expect(load({})).toEqual({ kind: 'none', config: CONFIG_DEFAULTS })
})

test.each(CONFIG_FILES)('%s is found in the working folder', (name) => {
  const loaded = load({ [name]: '{"service": {"name": "found"}}' })

  expect(loaded).toMatchObject({
    kind: 'valid',
    config: { ...CONFIG_DEFAULTS, service: { name: 'found' } },
  })
})

test('a file that cannot even be looked at is a problem like any other', () => {
  const folder = programFolder({})
  symlinkSync('loop.yaml', join(folder, 'loop.yaml'))

  expect(loadConfig(folder, 'loop.yaml', validateFetchOptions)).toMatchObject({
    kind: 'invalid',
    problems: [expect.stringMatching(/^loop\.yaml: cannot be read .*: ELOOP/u)],
  })
})

test('an empty file says nothing', () => {
  expect(load({ 'plimsoll.config.yaml': '# later\n' })).toMatchObject({
    kind: 'valid',
    config: CONFIG_DEFAULTS,
  })
})

test('every section is read', () => {
  const loaded = load({
    'plimsoll.config.yaml': `
service: { name: harvester, version: "2.1" }
fetch:
  hosts:
    api.example.org: { limiter: { ratePerSecond: 5, burst: 2 }, breaker: false }
observe: { http: false }
metrics:
  boundaries: { ${INSTRUMENTS.fallbackDuration.name}: [3, 20], my.own.histogram: [1] }
  maxHosts: 7
files: { dir: telemetry, keepRuns: 3, maxMegabytes: 64 }
`,
  })

  expect(loaded).toMatchObject({
    kind: 'valid',
    config: {
      service: { name: 'harvester', version: '2.1' },
      fetch: {
        hosts: { 'api.example.org': { limiter: { ratePerSecond: 5, burst: 2 }, breaker: false } },
      },
      observe: { http: false, undici: true },
      metrics: {
        boundaries: { [INSTRUMENTS.fallbackDuration.name]: [3, 20], 'my.own.histogram': [1] },
        maxHosts: 7,
      },
      files: { dir: 'telemetry', keepRuns: 3, maxMegabytes: 64 },
    },
  })
})

test('a section fetch with nothing behind it asks for policies with their defaults', () => {
  expect(load({ 'plimsoll.config.yaml': 'fetch:\n' })).toMatchObject({ config: { fetch: {} } })
})

test('keys that wait for their options say nothing', () => {
  const loaded = load({ 'plimsoll.config.yaml': 'fetch:\n  defaults:\n  hosts:\n    a.test:\n' })

  expect(loaded).toMatchObject({ kind: 'valid', config: { fetch: { hosts: { 'a.test': {} } } } })
})

test('options can be merged from an anchor', () => {
  const text =
    'fetch:\n  defaults: &all { timeoutMs: 5 }\n  hosts: { a.test: { <<: *all, role: a } }\n'

  expect(load({ 'plimsoll.config.yaml': text })).toMatchObject({
    config: { fetch: { hosts: { 'a.test': { timeoutMs: 5, role: 'a' } } } },
  })
})

test('a file that is not UTF-8 is refused as such', () => {
  const folder = programFolder({})
  writeFileSync(join(folder, 'plimsoll.config.yaml'), Buffer.from('\uFEFFfetch:', 'utf16le'))

  expect(loadConfig(folder, undefined, validateFetchOptions)).toMatchObject({
    problems: ['plimsoll.config.yaml: cannot be read: it is not UTF-8 text; save it as such'],
  })
})

test('a file can be named, and must then be there', () => {
  expect(load({ 'conf/a.yaml': 'files: {keepRuns: 2}' }, 'conf/a.yaml')).toMatchObject({
    config: { files: { keepRuns: 2 } },
  })
  expect(load({}, 'conf/none.yaml')).toMatchObject({
    kind: 'invalid',
    problems: [
      expect.stringMatching(
        /^conf\/none\.yaml: cannot be read \(named by PLIMSOLL_CONFIG\): ENOENT/u,
      ),
    ],
  })
})

test('two files are one too many', () => {
  expect(load({ 'plimsoll.config.yaml': '', 'plimsoll.config.json': '{}' })).toMatchObject({
    problems: ['plimsoll.config.yaml: there is plimsoll.config.json too; keep one'],
  })
})

describe('a problem is told with line and column', () => {
  test.each([
    [
      'an unknown key',
      'service:\n  nmae: a\n',
      '2:3: unknown key service.nmae; did you mean name?',
    ],
    ['an unknown section', '\nmetrix: {}\n', '2:1: unknown key metrix; did you mean metrics?'],
    [
      'a word far from all',
      'xyzzy: 1\n',
      '1:1: unknown key xyzzy; known are service, fetch, observe, metrics, files',
    ],
    ['a section that is no mapping', 'files: 3\n', '1:8: files must be a mapping, got 3'],
    [
      'a document that is no mapping',
      '- a\n',
      '1:1: the configuration must be a mapping, got ["a"]',
    ],
    [
      'a number for a text',
      'service: { version: 2.1 }\n',
      '1:21: service.version must be a text, got 2.1 (write it in quotes)',
    ],
    [
      'a number out of range',
      'files:\n  dir: a\n  keepRuns: 0\n',
      '3:13: files.keepRuns must be a whole number from 1 to 100000, got 0',
    ],
    [
      'a word for yes or no',
      'observe: { http: no }\n',
      '1:18: observe.http must be true or false, got "no"',
    ],
    [
      'a text for a number',
      'metrics: { maxHosts: many }\n',
      '1:22: metrics.maxHosts must be a whole number from 1 to 10000, got "many"',
    ],
    [
      'a boundary that is no number',
      'metrics:\n  boundaries:\n    a.b: [1, x]\n',
      '3:14: metrics.boundaries.a.b[1] must be a number, got "x"',
    ],
    [
      'boundaries that are no list',
      'metrics:\n  boundaries:\n    a.b: 1\n',
      '3:10: metrics.boundaries.a.b must be a list of numbers, got 1',
    ],
    [
      'an instrument of ours that is none',
      `metrics:\n  boundaries:\n    ${INSTRUMENTS.callDuration.name}s: [1]\n`,
      `3:5: ${INSTRUMENTS.callDuration.name}s is no histogram; did you mean ${INSTRUMENTS.callDuration.name}?`,
    ],
    [
      'what only code can give',
      'fetch:\n  cache: true\n  clock: 1\n',
      '3:3: fetch.clock can only be given in code, to createFetch',
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual([`plimsoll.config.yaml:${expected}`])
  })

  test('an option of fetch, known or not', () => {
    const [value] = problemsOf('fetch:\n  defaults:\n    timeoutMs: -5\n')
    const [key] = problemsOf('fetch:\n  defaults:\n    timoutMs: 5\n')
    const [inner] = problemsOf(
      'fetch:\n  hosts:\n    "*.example.org":\n      limiter: { ratePerSecond: fast }\n',
    )

    expect(value).toMatch(/^plimsoll\.config\.yaml:3:16: fetch\.defaults\.timeoutMs: .*-5/u)
    expect(key).toMatch(/^plimsoll\.config\.yaml:3:5: fetch\.defaults\.timoutMs: .*timeoutMs/u)
    expect(inner).toMatch(/^plimsoll\.config\.yaml:4:33: .*"fast"/u)
  })

  test('text that is no YAML', () => {
    const [problem] = problemsOf('service:\n  name: "a\nfiles: {}\n')

    expect(problem).toMatch(/^plimsoll\.config\.yaml:\d+:\d+: /u)
  })

  test('YAML in a file that should be JSON', () => {
    const [problem] = problemsOf('{\n  "files": {"keepRuns": 3,}\n}\n', 'plimsoll.config.json')

    expect(problem).toMatch(/^plimsoll\.config\.json:2:27: not JSON: /u)
  })

  test.each([
    [
      'where a value is missing',
      '{"files":\n {"keepRuns": }}',
      "2:15: not JSON: Unexpected token '}'",
    ],
    ['where a comment begins', '// a\n{}', "1:1: not JSON: Unexpected token '/'"],
    ['at the end of half a file', '{"files": {\n', '1:12: not JSON: '],
    ['behind a byte order mark', '\uFEFF{"files": 3}', '1:11: files must be a mapping, got 3'],
  ])('JSON, %s', (_, text, expected) => {
    const [problem] = problemsOf(text, 'plimsoll.config.json')

    expect(problem).toContain(`plimsoll.config.json:${expected}`)
  })

  test.each([
    ['an alias without its anchor', 'files: *none\n', '1:8: Unresolved alias'],
    ['aliases that multiply', bomb(), '1:1: Excessive alias count'],
    ['a second document', 'files: {}\n---\nfiles: {}\n', '2:1: a second document'],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(`plimsoll.config.yaml:${expected}`)])
  })

  test('all of the options of fetch, not only the first', () => {
    const problems = problemsOf(`fetch:
  defaults:
    timeoutMs: soon
    limiter: { ratePerSecond: -1 }
    retry: { statuses: [1, 500, x] }
  hosts:
    "bad host!": {}
  cash: true
`)

    expect(problems.map((problem) => /:(\d+:\d+): /u.exec(problem)?.[1])).toEqual([
      '3:16',
      '4:31',
      '5:25',
      '5:33',
      '7:18',
      '8:3',
    ])
  })

  test('all of them, in the order of the file', () => {
    expect(problemsOf('files:\n  keepRuns: 0\n  dirr: a\nservice:\n  name: 3\n')).toEqual([
      expect.stringMatching(/:2:13: /u),
      expect.stringMatching(/:3:3: /u),
      expect.stringMatching(/:5:9: /u),
    ])
  })
})

test('a path outside the working folder is shown whole', () => {
  const folder = programFolder({ 'bad.yaml': 'x: 1' })
  const loaded = loadConfig('/', join(folder, 'bad.yaml'), validateFetchOptions)

  expect(loaded).toMatchObject({ problems: [expect.stringContaining('bad.yaml:1:1: ')] })
})

/** A small text that stands for a million values. */
function bomb(): string {
  const list = (name: string, item: string): string =>
    `${name}: &${name} [${Array.from({ length: 20 }, () => item).join(', ')}]\n`
  return list('a', '1') + list('b', '*a') + list('c', '*b') + list('d', '*c')
}

describe('the prototype of an object is no name', () => {
  test.each([
    ['of a host', 'fetch:\n  hosts: { __proto__: { role: x } }\n', '2:12: __proto__ is no name'],
    ['of a profile', 'fetch:\n  profiles:\n    __proto__: {}\n', '3:5: __proto__ is no name'],
    ['of an instrument', 'metrics: { boundaries: { __proto__: [1] } }\n', '1:26: __proto__ is no'],
    ['of a section', '__proto__: { role: x }\n', '1:1: __proto__ is no name'],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(expected)])
    expect(({} as { role?: unknown }).role).toBe(undefined)
  })

  test('in JSON', () => {
    const text = '{"fetch": {"defaults": {"__proto__": {"timeoutMs": 1}}}}'

    expect(problemsOf(text, 'plimsoll.config.json')).toEqual([
      'plimsoll.config.json:1:25: __proto__ is no name that a configuration can use',
    ])
  })
})

test('other names that every object has are names like any', () => {
  const text = `fetch:
  profiles: { constructor: { role: x } }
  hosts: { prototype: { profile: constructor }, toString: {} }
metrics: { boundaries: { constructor: [1] } }
`

  expect(load({ 'plimsoll.config.yaml': text })).toMatchObject({ kind: 'valid' })
  expect(problemsOf('fetch: { hosts: { a.test: { profile: constructor } } }')).toEqual([
    expect.stringContaining('there is no such profile; there are no profiles'),
  ])
  expect(problemsOf('constructor: {}')).toEqual([
    expect.stringContaining('unknown key constructor'),
  ])
})

test('profiles are read, and one that is not there is told where it is named', () => {
  const text = (name: string) =>
    `fetch:\n  profiles:\n    gentle: { timeoutMs: 5 }\n    none:\n  hosts:\n    a.test: { profile: ${name} }\n`

  expect(load({ 'plimsoll.config.yaml': text('gentle') })).toMatchObject({
    config: { fetch: { profiles: { gentle: { timeoutMs: 5 }, none: {} } } },
  })
  expect(problemsOf(text('gentel'))).toEqual([
    'plimsoll.config.yaml:6:24: fetch.hosts["a.test"].profile: there is no such profile; did you mean gentle?, got "gentel"',
  ])
})
