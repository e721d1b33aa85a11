import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CALM, harvestTruth } from '../harvest-truth.ts'
import { sloCheck, type Ended } from './asked-server.ts'
import { fakePrometheus } from './fake-prometheus.ts'

const HARVEST = fileURLToPath(new URL('../golden/harvest.yaml', import.meta.url))
const pem = (name: string): string => fileURLToPath(new URL(`tls/${name}.pem`, import.meta.url))
const CLIENT = ['--cert', pem('client'), '--key', pem('client-key')]

interface Given {
  readonly certificate?: 'server' | 'elsewhere'
  readonly wantsClient?: boolean
  readonly edit?: (url: string) => string
}

/** Checks a run on a server that speaks TLS. */
async function checkedOverTls(args: readonly string[], given: Given = {}): Promise<Ended> {
  const { certificate = 'server', wantsClient = false, edit = (url) => url } = given
  await using server = await fakePrometheus({
    truths: [harvestTruth(CALM)],
    tls: {
      cert: readFileSync(pem(certificate)),
      key: readFileSync(pem(`${certificate}-key`)),
      ca: readFileSync(pem('ca')),
      requestCert: wantsClient,
      rejectUnauthorized: wantsClient,
    },
  })
  return await sloCheck([HARVEST, '--prometheus', edit(server.url), ...args])
}

test('a server is trusted by the authority that is given', async () => {
  expect(await checkedOverTls(['--ca', pem('ca')])).toMatchObject({ code: 0, err: '' })
})

test('a server that wants a certificate gets the one that is given', async () => {
  const args = ['--ca', pem('ca'), ...CLIENT]

  expect(await checkedOverTls(args, { wantsClient: true })).toMatchObject({ code: 0, err: '' })
})

test.each<[string, string[], Given, RegExp]>([
  ['an unknown authority', [], {}, /signed by an authority that is not known here: .*--ca FILE/u],
  [
    'a certificate of another host',
    ['--ca', pem('ca')],
    { certificate: 'elsewhere' },
    /its certificate is for another host/u,
  ],
  [
    'no certificate where one is wanted',
    ['--ca', pem('ca')],
    { wantsClient: true },
    /asks for one: give it with --cert FILE and --key FILE/u,
  ],
  [
    'http:// at a port of TLS',
    [],
    { edit: (url) => url.replace('https:', 'http:') },
    /cannot be asked: /u,
  ],
])('%s is a fault with what to do, at once', async (_name, args, given, message) => {
  const { code, out, err } = await checkedOverTls(args, given)

  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(message)
  expect(err).toContain('[ERR_PLIMSOLL_SERVER]')
})

test('https:// at a port without TLS is told', async () => {
  await using server = await fakePrometheus()

  const { err } = await sloCheck([HARVEST, '--prometheus', server.url.replace('http:', 'https:')])

  expect(err).toContain('it does not speak TLS at this port: write http:// in its address')
})
