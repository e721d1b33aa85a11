import { describe, expect, test } from 'vitest'
import { readOtlpSettings } from '../../src/otlp/settings.ts'
import { CERTIFICATES } from '../support/certificates.ts'

test('with nothing set all goes to files', () => {
  expect(readOtlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toEqual({
    destinations: { metrics: { kind: 'file' }, traces: { kind: 'file' }, logs: { kind: 'file' } },
    prometheus: undefined,
    metricsIntervalMs: 60_000,
    histograms: 'explicit',
    problems: [],
  })
})

test('an exporter without an endpoint goes to the default one', () => {
  const { destinations } = readOtlpSettings({ OTEL_METRICS_EXPORTER: 'otlp' })

  expect(destinations.metrics).toMatchObject({
    kind: 'otlp',
    endpoint: { url: 'http://localhost:4318/v1/metrics' },
  })
  expect(destinations.logs).toEqual({ kind: 'file' })
})

test('what is said for one signal goes before what is said for all', () => {
  const { destinations, metricsIntervalMs } = readOtlpSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces/in',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=x%2Cy',
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'c=3',
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '700',
    OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATES.caFile,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  })

  expect(destinations).toMatchObject({
    metrics: {
      endpoint: {
        url: 'https://collector:4318/v1/metrics',
        headers: { a: '1', b: 'x,y' },
        timeoutMs: 500,
        caFile: CERTIFICATES.caFile,
      },
    },
    traces: { endpoint: { url: 'https://traces/in' } },
    logs: {
      endpoint: { url: 'https://collector:4318/v1/logs', headers: { c: '3' }, timeoutMs: 700 },
    },
  })
  expect(metricsIntervalMs).toBe(1_000)
})

describe('what cannot be followed is told once, without its secrets', () => {
  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /no http or https URL/u, 'file'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_PROTOCOL: 'thrift' },
      /thrift is not supported/u,
      'file',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_HEADERS: 'key=%zzsecret' },
      /"key" is no key=value/u,
      'otlp',
    ],
    [
      { OTEL_METRICS_EXPORTER: 'console' },
      /OTEL_METRICS_EXPORTER=console is not supported/u,
      'file',
    ],
  ])('%j', (env, problem, kind) => {
    const settings = readOtlpSettings(env)

    expect(settings.destinations.metrics.kind).toBe(kind)
    expect(settings.problems.join(' ')).toMatch(problem)
    expect(settings.problems.join(' ')).not.toContain('secret')
    expect(new Set(settings.problems).size).toBe(settings.problems.length)
  })
})
