import { ATTRIBUTES, EVENTS } from '@plimsoll/semconv'
import { describe, expect, it } from 'vitest'
import { linesOf } from './pipeline/ask.ts'
import { testPipeline } from './fixtures/test-pipeline.ts'
import { keyValues, logsRequest, metricsRequest, post, traceRequest } from './pipeline/otlp.ts'
import type { Attributes } from './pipeline/otlp.ts'

// What must not get through, by the attribute that a careless library would put it into, and what is left of it.
const SECRETS: Readonly<Record<string, readonly [string | readonly string[], string]>> = {
  'http.url': ['https://ann:s3cret@shop.example/cart', '****shop.example/cart'],
  'db.connection_string': ['postgres://app:s3cret@db:5432/shop', '****db:5432/shop'],
  'http.target': ['/login?user=ann&code=s3cret#top', '/login********#top'],
  'url.query': ['code=s3cret', '****'],
  'url.template': ['/a?RED=s3cret', '/a****'],
  'http.request.header.authorization': [['Bearer s3cret-and-long'], '****'],
  message: ['sent Authorization: Token s3cret and more', 'sent **** and more'],
  reply: ['tried basic czNjcmV0OnMzY3JldA==', 'tried ****'],
  note: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyZXQifQ.c2lnbmF0dXJlczNjcmV0', '****'],
  remark: ['uses ghp_s3cretS3cretS3cretS3cretS3cretS3cr', 'uses ****'],
  hint: [['AKIAS3CRETS3CRETS3CR'], '["****"]'],
  'db.password': ['s3cret', '****'],
  'X-Api-Key': ['s3cret', '****'],
  access_token: ['s3cret', '****'],
  'aws.secret_access_key': ['s3cret', '****'],
  session_id: ['s3cret', '****'],
  pem: ['-----BEGIN RSA PRIVATE KEY-----', '****'],
}

// What looks a little like a secret, or is ours.
const HARMLESS: Attributes = {
  ...Object.fromEntries(Object.values(ATTRIBUTES).map(({ key }) => [key, `value of ${key}`])),
  [ATTRIBUTES.urlFull.key]: 'https://shop.example/REDACTED?q=REDACTED&page=REDACTED',
  [ATTRIBUTES.urlHash.key]: 'd41d8cd98f00b204e9800998ecf8427e',
  [ATTRIBUTES.serverAddress.key]: 'api.shop.example',
  [ATTRIBUTES.serverPort.key]: 443,
  [ATTRIBUTES.serviceInstanceId.key]: '8b7093cf-f4ef-4993-b139-fb5fabb18ebf',
  [ATTRIBUTES.runId.key]: '20261122T081500Z-c0ffee',
  [ATTRIBUTES.exceptionMessage.key]: 'basic authentication is not offered; the token has expired',
  'gen_ai.usage.input_tokens': 42,
  'process.command_args': ['node', '--max-old-space-size=512', 'app.js'],
  'enduser.email': 'ann@shop.example',
  keyboard: 'qwerty',
  secretary: 'Ann',
  'url.path': '/tokens/and/secrets',
  formula: 'a=b, c=d',
  fault: 'the digest sha-256 does not match; Bearer tokens are not allowed',
}

const pipeline = testPipeline()

/** Sends attributes on every place of every signal, and gives what the files have of each signal. */
async function pass(attributes: Attributes, body: string): Promise<readonly string[]> {
  const { otlpHttp, files } = pipeline.collector
  const count = { name: 'n', value: 1, attributes }
  const event = { eventName: EVENTS.call.name, body, attributes }
  const statuses = [
    await post(otlpHttp, 'metrics', metricsRequest(attributes, [count])),
    await post(otlpHttp, 'traces', traceRequest(attributes, attributes)),
    await post(otlpHttp, 'logs', logsRequest(attributes, event)),
  ]
  expect(statuses).toEqual([200, 200, 200])
  return Object.values(files).map((file) => linesOf(file).at(-1) ?? '')
}

describe('redaction in the Collector', () => {
  it('masks secrets in resources, spans, span events, events, their bodies and metrics', async () => {
    const secrets = Object.fromEntries(
      Object.entries(SECRETS).map(([key, [value]]) => [key, value]),
    )

    const lines = await pass(secrets, 'GET https://ann:s3cret@shop.example/?code=s3cret')

    for (const line of lines) {
      expect(line).not.toMatch(/s3cret|czNjcmV0/iu)
      for (const [key, [, left]] of Object.entries(SECRETS)) {
        expect(line).toContain(JSON.stringify({ key, value: { stringValue: left } }))
      }
    }
    expect(lines[2]).toContain('GET ****shop.example/****')
  })

  it('leaves what is harmless as it is, all our own attributes included, and adds nothing', async () => {
    const lines = await pass(HARMLESS, 'a body with basic words and a token')

    for (const line of lines) {
      for (const attribute of keyValues(HARMLESS)) expect(line).toContain(JSON.stringify(attribute))
      expect(line).not.toContain('redaction.')
      expect(line).not.toContain('****')
    }
    expect(lines[2]).toContain('a body with basic words and a token')
  })
})
