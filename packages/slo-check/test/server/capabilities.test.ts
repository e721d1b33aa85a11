import { describe, expect, test } from 'vitest'
import { serverAddress } from '../../src/server/address.ts'
import { createApi } from '../../src/server/api.ts'
import { readCapabilities } from '../../src/server/capabilities.ts'
import { anchoredFaultOf } from '../../src/source/anchored-fault.ts'
import type { ServerDescription } from '../../src/source/source.ts'
import { fakeClock } from './fake-clock.ts'
import { fakePrometheus, type Answer } from './fake-prometheus.ts'

const page = (data: unknown, headers: Record<string, string> = {}): Answer => ({
  body: { status: 'success', data },
  headers,
})
const MISSING: Answer = { status: 404, body: 'page not found' }
const NO_ANCHORED: Answer = {
  status: 400,
  body: { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected identifier' },
}

async function capabilitiesOf(
  answers: Readonly<Record<string, Answer>>,
): Promise<ServerDescription> {
  await using server = await fakePrometheus({ answer: ({ path }) => answers[path] })
  using api = createApi({
    address: serverAddress(server.url),
    credentials: {
      headers: {},
      named: null,
      secrets: [],
      certificates: { ca: null, client: null },
    },
    timeoutMs: 10_000,
    clock: fakeClock(),
    random: () => 0,
  })
  return await readCapabilities(api, 1)
}

describe('what a server can do is found out:', () => {
  test.each<[string, Record<string, Answer>, ServerDescription]>([
    [
      'Prometheus 3.15 with both features',
      {},
      {
        application: 'Prometheus',
        version: '3.15.0',
        features: { anchored: true, zeroIngestion: true },
      },
    ],
    [
      'Prometheus 3.8, which has no page of features',
      { features: MISSING },
      {
        application: 'Prometheus',
        version: '3.15.0',
        features: { anchored: true, zeroIngestion: true },
      },
    ],
    [
      'Prometheus 3.15 without its features',
      {
        'status/flags': page({ 'config.file': 'p.yml', 'enable-feature': '' }),
        features: page({ scrape: { start_timestamp_zero_ingestion: false } }),
        query: NO_ANCHORED,
      },
      {
        application: 'Prometheus',
        version: '3.15.0',
        features: { anchored: false, zeroIngestion: false },
      },
    ],
    [
      'Prometheus 2.42',
      {
        'status/buildinfo': page({ version: '2.42.0' }),
        'status/flags': page({ 'config.file': 'p.yml', 'enable-feature': '' }),
        features: MISSING,
        query: NO_ANCHORED,
      },
      {
        application: 'Prometheus',
        version: '2.42.0',
        features: { anchored: false, zeroIngestion: false },
      },
    ],
    [
      'VictoriaMetrics',
      {
        'status/buildinfo': page({ version: '2.24.0' }, { 'x-server-hostname': 'host' }),
        'status/flags': MISSING,
        features: MISSING,
        query: NO_ANCHORED,
      },
      {
        application: 'VictoriaMetrics',
        version: null,
        features: { anchored: false, zeroIngestion: null },
      },
    ],
    [
      'Mimir',
      {
        'status/buildinfo': page({ application: 'Grafana Mimir', version: '3.0.0' }),
        'status/flags': MISSING,
        features: MISSING,
      },
      {
        application: 'Grafana Mimir',
        version: '3.0.0',
        features: { anchored: true, zeroIngestion: null },
      },
    ],
    [
      'one that says nothing of itself',
      { 'status/buildinfo': MISSING, 'status/flags': { status: 403 }, features: MISSING },
      {
        application: 'unknown',
        version: null,
        features: { anchored: true, zeroIngestion: null },
      },
    ],
  ])('%s', async (_name, answers, expected) => {
    expect(await capabilitiesOf(answers)).toEqual(expected)
  })
})

describe('why exact windows are not to be had names the server and what it lacks:', () => {
  const server = (anchored: boolean, zeroIngestion: boolean | null): ServerDescription => ({
    application: 'Prometheus',
    version: '2.42.0',
    features: { anchored, zeroIngestion },
  })

  test('nothing where it has both', () => {
    expect(anchoredFaultOf('http://p', server(true, true))).toBeNull()
  })

  test.each([
    [
      server(false, true),
      /^exact counts over a window are not to be had from http:\/\/p \(Prometheus 2\.42\.0\), which lacks `anchored` range selectors \([^)]*\); /u,
    ],
    [
      server(true, false),
      /which lacks zeros at start timestamps \([^)]*created-timestamp-zero-ingestion\)/u,
    ],
    [server(true, null), /which lacks a word on whether it writes zeros/u],
    [server(false, false), /which lacks `anchored` .* and zeros at start timestamps/u],
  ])('%j', (description, expected) => {
    expect(anchoredFaultOf('http://p', description)).toMatch(expected)
  })
})
