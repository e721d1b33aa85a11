import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM, harvestTruth } from '../harvest-truth.ts'
import { sloCheck } from './asked-server.ts'
import { fakePrometheus, type FakePrometheus, type Seen } from './fake-prometheus.ts'

const HARVEST = fileURLToPath(new URL('../golden/harvest.yaml', import.meta.url))
const SECRET = 'Kq9-very.secret'

let dir: string
let server: FakePrometheus
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
  server = await fakePrometheus({
    truths: [harvestTruth(CALM)],
    answer: ({ headers }) =>
      headers['x-wanted'] === 'no'
        ? { status: 401, body: `not ${headers.authorization}` }
        : undefined,
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true })
})

function file(name: string, text: string): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

/** What each request carried. */
async function headersSent(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Seen['headers'][]> {
  const before = server.seen.length
  const { code, err } = await sloCheck([HARVEST, '--prometheus', server.url, ...args], { env })
  expect([code, err]).toEqual([0, ''])
  const sent = server.seen.slice(before).map(({ headers }) => headers)
  expect(sent.length).toBeGreaterThan(10)
  return sent
}

const BASIC = `Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}`

describe('every request carries', () => {
  test.each<[string, () => string[], Record<string, string>, string, string]>([
    [
      'a bearer token of a file, without the line end',
      () => ['--bearer-token-file', file('token', `${SECRET}\n`)],
      {},
      'authorization',
      `Bearer ${SECRET}`,
    ],
    [
      'a bearer token of the environment',
      () => [],
      { SLO_CHECK_BEARER_TOKEN: SECRET },
      'authorization',
      `Bearer ${SECRET}`,
    ],
    [
      'a user name, and the password of a file',
      () => ['--basic-auth', `ann:${file('password', SECRET)}`],
      {},
      'authorization',
      BASIC,
    ],
    [
      'user name and password of the environment',
      () => [],
      { SLO_CHECK_BASIC_AUTH: `ann:${SECRET}` },
      'authorization',
      BASIC,
    ],
    [
      'what an option says, before the environment',
      () => ['--bearer-token-file', file('token', 'nearer')],
      { SLO_CHECK_BASIC_AUTH: `ann:${SECRET}` },
      'authorization',
      'Bearer nearer',
    ],
    ['a header', () => ['--header', 'X-Team: blue: green'], {}, 'x-team', 'blue: green'],
    [
      'headers of a file',
      () => ['--header', `@${file('headers', `# a comment\nX-One: 1\n\nX-Key: ${SECRET}\n`)}`],
      {},
      'x-key',
      SECRET,
    ],
    ['a tenant', () => ['--tenant', 'team-a'], {}, 'x-scope-orgid', 'team-a'],
  ])('%s', async (_name, args, env, header, value) => {
    const sent = await headersSent(args(), env)

    expect(new Set(sent.map((headers) => headers[header]))).toEqual(new Set([value]))
  })
})

test('credentials that are refused are named, and never shown, whatever the server says', async () => {
  const { code, out, err } = await sloCheck(
    [HARVEST, '--prometheus', server.url, '--header', 'X-Wanted: no', '--debug'],
    { env: { SLO_CHECK_BEARER_TOKEN: SECRET } },
  )

  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(
    'it does not accept the credentials (header x-wanted, bearer token) (HTTP 401: not Bearer ***) [ERR_PLIMSOLL_SERVER]',
  )
  expect(err).not.toContain(SECRET)
})

describe('what is wrong is named, without the secret:', () => {
  test.each<[string[], Record<string, string>, string]>([
    [['--header', `nothing ${SECRET}`], {}, "--header needs 'Name: value', or @FILE"],
    [['--header', 'Host: elsewhere'], {}, 'the header host cannot be set'],
    [['--header', `X-Key: ${SECRET}\u0001`], {}, 'the header x-key is empty, or has characters'],
    [['--header', 'X-A: 1', '--header', 'x-a: 2'], {}, 'the header x-a is given twice'],
    [
      ['--header', `Authorization: ${SECRET}`],
      { SLO_CHECK_BEARER_TOKEN: SECRET },
      'the header authorization is given twice',
    ],
    [['--header', '@/nowhere'], {}, 'cannot read the headers from /nowhere'],
    [['--basic-auth', 'ann'], {}, '--basic-auth needs USER:FILE'],
    [['--basic-auth', 'ann:/nowhere'], {}, 'cannot read the secret from /nowhere'],
    [['--bearer-token-file', '/nowhere'], {}, 'cannot read the secret from /nowhere'],
    [
      ['--bearer-token-file', '/nowhere', '--basic-auth', 'ann:/nowhere'],
      {},
      '--bearer-token-file and --basic-auth exclude each other',
    ],
    [
      [],
      { SLO_CHECK_BEARER_TOKEN: `${SECRET} ` },
      'the bearer token of SLO_CHECK_BEARER_TOKEN is empty',
    ],
    [[], { SLO_CHECK_BASIC_AUTH: SECRET }, 'SLO_CHECK_BASIC_AUTH must be USER:PASSWORD'],
    [
      [],
      { SLO_CHECK_BASIC_AUTH: `a:${SECRET}`, SLO_CHECK_BEARER_TOKEN: SECRET },
      'exclude each other: unset one of them',
    ],
    [['--cert', 'a.pem'], {}, '--cert needs --key beside it'],
    [['--key', 'a.pem'], {}, '--key needs --cert beside it'],
    [['--ca', HARVEST], {}, 'holds no CERTIFICATE in PEM'],
  ])('%j', async (args, env, message) => {
    const { code, out, err } = await sloCheck([HARVEST, '--prometheus', server.url, ...args], {
      env,
    })

    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
    expect(err).not.toContain(SECRET)
  })
})

test('a password in the address is refused, and not repeated', async () => {
  const address = `http://ann:${SECRET}@127.0.0.1:9090`

  const { code, err } = await sloCheck([HARVEST, '--prometheus', address])

  expect(code).toBe(2)
  expect(err).toContain('the address of --prometheus holds a user name or password')
  expect(err).toContain('[ERR_PLIMSOLL_USAGE]')
  expect(err).not.toContain(SECRET)
})
