import { describe, expect, test } from 'vitest'
import { checkArguments } from '../../src/cli/check-arguments.ts'
import { spanText } from '../../src/span-text.ts'

const SERVER = ['slo.yaml', '--prometheus', 'https://metrics.example/prometheus/']

test('an address is enough', () => {
  expect(checkArguments(SERVER).server).toEqual({
    address: { base: 'https://metrics.example/prometheus', isEncrypted: true, isLocal: false },
    headers: [],
    bearerTokenFile: null,
    basicAuth: null,
    tenant: null,
    ca: null,
    cert: null,
    key: null,
    timeoutMs: 30_000,
    waitMs: 30_000,
    lookbackSeconds: 604_800,
  })
})

test('durations and times are read as Prometheus writes them', () => {
  const { server, at } = checkArguments(
    SERVER.concat([
      '--wait',
      '0',
      '--timeout',
      '1m30s',
      '--lookback',
      '2w',
      '--at',
      '2026-11-22T08:00:00Z',
    ]),
  )

  expect(server).toMatchObject({ waitMs: 0, timeoutMs: 90_000, lookbackSeconds: 1_209_600 })
  expect(at).toBe(1_795_334_400)
  expect(checkArguments([...SERVER, '--at', '1795334400.5']).at).toBe(1_795_334_400.5)
  expect(checkArguments(['slo.yaml', '--window', '1h30m']).windowSeconds).toBe(5400)
})

test('spans are written as they are read', () => {
  expect([0, 59, 90, 3600, 90_061, 604_800].map(spanText)).toEqual([
    '0s',
    '59s',
    '1m30s',
    '1h',
    '1d1h1m1s',
    '7d',
  ])
})

test.each([
  ['http://localhost:9090', true],
  ['http://127.0.0.1:9090', true],
  ['http://[::1]:9090', true],
  ['http://localhost.example', false],
])('%s is of this machine: %j', (address, isLocal) => {
  expect(checkArguments(['slo.yaml', '--prometheus', address]).server?.address).toMatchObject({
    isLocal,
  })
})

describe('what is wrong is named:', () => {
  test.each<[string[], string]>([
    [['--prometheus', 'localhost:9090'], '--prometheus needs an address that begins with http://'],
    [['--prometheus', 'nonsense'], '--prometheus needs an address that begins with http://'],
    [['--prometheus', 'http://p/?token=x'], 'leave out what follows ? or #'],
    [
      ['--prometheus', 'http://p', '--otlp', 'a.jsonl'],
      '--prometheus and --otlp exclude each other',
    ],
    [['--prometheus', 'http://p', '--dir', 'd'], '--prometheus and --dir exclude each other'],
    [['--prometheus', 'http://p', '--wait', 'soon'], '--wait needs a duration such as 30s'],
    [['--prometheus', 'http://p', '--timeout', '0'], '--timeout must be longer than nothing'],
    [['--prometheus', 'http://p', '--lookback', '1ms'], '--lookback must be a second at least'],
    [
      ['--prometheus', 'http://p', '--at', 'noon'],
      '--at needs a time such as 2026-11-22T08:00:00Z',
    ],
    [
      ['--prometheus', 'http://p', '--window', '1h', '--run', 'r'],
      '--window is for all runs, --run for one',
    ],
    [['--window', '1.5h'], '--window needs a duration such as 30s'],
    [['--window', '0'], '--window needs a whole number of seconds above 0'],
    [['--window', '1500ms'], '--window needs a whole number of seconds above 0'],
    [['--at', '1795334400'], '--at needs --window or --prometheus'],
    [['--wait', '3s'], '--wait needs --prometheus URL'],
    [['--header', 'A: b'], '--header needs --prometheus URL'],
    [['--prometeus', 'http://p'], 'unknown option --prometeus; did you mean `--prometheus`?'],
  ])('%j', (args, message) => {
    const parse = (): unknown => checkArguments(['slo.yaml', ...args])

    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_PLIMSOLL_USAGE' }))
    expect(parse).toThrow(message)
  })
})
