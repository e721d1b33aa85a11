import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { DiagLogLevel } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSwitches, type Environment } from '../src/environment.ts'
import { createMessages } from '../src/messages.ts'
import { readSettings, type Settings } from '../src/settings.ts'
import { FOLLOWED, WITHOUT_EFFECT, withoutEffect } from '../src/variables/without-effect.ts'
import { CERTIFICATES } from './support/certificates.ts'

const PAGE = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')

function settingsOf(env: Environment): Settings {
  // No configuration is there.
  return readSettings(readSwitches(env), env, tmpdir(), 0)
}

const PUSH = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }
const { caFile, certFile, keyFile } = CERTIFICATES

/** A variable, a value of it, and what the settings then hold. */
interface Row {
  readonly variable: string
  readonly value: string
  readonly with?: Environment
  readonly gives: object
}

const spans = (limits: object) => ({ limits: { spans: limits } })
const logs = (limits: object) => ({ limits: { logs: limits } })
const goingTo = (signal: string, endpoint: object) => ({
  otlp: { destinations: { [signal]: { kind: 'otlp', endpoint } } },
})

const GENERAL: readonly Row[] = [
  { variable: 'OTEL_SDK_DISABLED', value: 'FALSE', gives: { problems: [] } },
  { variable: 'OTEL_LOG_LEVEL', value: 'Warn', gives: { diagnostics: DiagLogLevel.WARN } },
  { variable: 'OTEL_LOG_LEVEL', value: 'none', gives: { diagnostics: undefined, problems: [] } },
  { variable: 'OTEL_SERVICE_NAME', value: 'shop', gives: { service: { name: 'shop' } } },
  {
    variable: 'OTEL_RESOURCE_ATTRIBUTES',
    value: 'team=a%2Cb,service.version=7',
    gives: { attributes: { team: 'a,b' }, service: { version: '7' } },
  },
  {
    variable: 'OTEL_NODE_RESOURCE_DETECTORS',
    value: 'process,env',
    gives: { attributes: { 'process.pid': process.pid }, problems: [] },
  },
  {
    variable: 'OTEL_PROPAGATORS',
    value: 'tracecontext, baggage',
    gives: { propagator: {}, problems: [] },
  },
  { variable: 'OTEL_PROPAGATORS', value: 'none', gives: { propagator: undefined, problems: [] } },
  {
    variable: 'OTEL_TRACES_SAMPLER',
    value: 'parentbased_always_off',
    gives: { sampling: { parentBased: true, ratio: 0 }, problems: [] },
  },
  {
    variable: 'OTEL_TRACES_SAMPLER_ARG',
    value: '0.25',
    with: { OTEL_TRACES_SAMPLER: 'traceidratio' },
    gives: { sampling: { parentBased: false, ratio: 0.25 }, problems: [] },
  },
  {
    variable: 'OTEL_METRIC_EXPORT_INTERVAL',
    value: '1500',
    gives: { otlp: { metricsIntervalMs: 1500 } },
  },
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'prometheus',
    gives: {
      otlp: {
        prometheus: { host: 'localhost', port: 9464 },
        destinations: { metrics: { kind: 'none' } },
      },
      problems: [],
    },
  },
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'Prometheus, file',
    gives: { otlp: { prometheus: {}, destinations: { metrics: { kind: 'file' } } }, problems: [] },
  },
  {
    variable: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    value: '0.0.0.0',
    with: { OTEL_METRICS_EXPORTER: 'prometheus' },
    gives: { otlp: { prometheus: { host: '0.0.0.0' } } },
  },
  {
    variable: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    value: '0',
    with: { OTEL_METRICS_EXPORTER: 'prometheus' },
    gives: { otlp: { prometheus: { port: 0 } }, problems: [] },
  },
  {
    variable: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    value: 'cumulative',
    gives: { problems: [] },
  },
  {
    variable: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    value: 'base2_exponential_bucket_histogram',
    gives: { otlp: { histograms: 'exponential' }, problems: [] },
  },
  {
    variable: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    value: '80',
    gives: {
      limits: { spans: { attributeValueLengthLimit: 80 }, logs: { attributeValueLengthLimit: 80 } },
    },
  },
  {
    variable: 'OTEL_ATTRIBUTE_COUNT_LIMIT',
    value: '9',
    gives: {
      limits: {
        spans: {
          attributeCountLimit: 9,
          attributePerEventCountLimit: 9,
          attributePerLinkCountLimit: 9,
        },
        logs: { attributeCountLimit: 9 },
      },
    },
  },
  ...(
    [
      ['SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', spans({ attributeValueLengthLimit: 8 })],
      ['SPAN_ATTRIBUTE_COUNT_LIMIT', spans({ attributeCountLimit: 8 })],
      ['SPAN_EVENT_COUNT_LIMIT', spans({ eventCountLimit: 8 })],
      ['SPAN_LINK_COUNT_LIMIT', spans({ linkCountLimit: 8 })],
      ['EVENT_ATTRIBUTE_COUNT_LIMIT', spans({ attributePerEventCountLimit: 8 })],
      ['LINK_ATTRIBUTE_COUNT_LIMIT', spans({ attributePerLinkCountLimit: 8 })],
      ['LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', logs({ attributeValueLengthLimit: 8 })],
      ['LOGRECORD_ATTRIBUTE_COUNT_LIMIT', logs({ attributeCountLimit: 8 })],
    ] as const
  ).map(([name, gives]) => ({ variable: `OTEL_${name}`, value: '8', gives })),
]

/** The general forms hold for every signal, each signal's own for it alone. */
const BY_SIGNAL: readonly Row[] = ['traces', 'metrics', 'logs'].flatMap((signal) => {
  const upper = signal.toUpperCase()
  const secure = { [`OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`]: 'https://c:4318' }
  const forms = (what: string, value: string, endpoint: object, others: Environment = PUSH) =>
    ['', `${upper}_`].map((form) => ({
      variable: `OTEL_EXPORTER_OTLP_${form}${what}`,
      value,
      with: others,
      gives: goingTo(signal, endpoint),
    }))
  return [
    { variable: `OTEL_${upper}_EXPORTER`, value: 'otlp', gives: goingTo(signal, {}) },
    {
      variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      value: 'http://c:1/base/',
      gives: goingTo(signal, { url: `http://c:1/base/v1/${signal}` }),
    },
    {
      variable: `OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`,
      value: 'http://c:1/as/it/is',
      gives: goingTo(signal, { url: 'http://c:1/as/it/is' }),
    },
    ...['', `${upper}_`].map((form) => ({
      variable: `OTEL_EXPORTER_OTLP_${form}PROTOCOL`,
      value: 'http/json',
      with: PUSH,
      gives: goingTo(signal, { protocol: 'http/json', url: `http://c:4318/v1/${signal}` }),
    })),
    ...['', `${upper}_`].map((form) => ({
      variable: `OTEL_EXPORTER_OTLP_${form}PROTOCOL`,
      value: 'grpc',
      with: { [`OTEL_${upper}_EXPORTER`]: 'otlp' },
      gives: goingTo(signal, {
        protocol: 'grpc',
        url: expect.stringMatching(
          new RegExp(`^http://localhost:4317/[.\\w]+\\.v1\\.[A-Z]\\w+Service/Export$`, 'u'),
        ) as string,
      }),
    })),
    ...forms(
      'INSECURE',
      'TRUE',
      { url: expect.stringMatching(/^http:\/\/c:4317\//u) as string },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    ),
    ...forms(
      'INSECURE',
      'false',
      { url: expect.stringMatching(/^https:\/\/c:4317\//u) as string },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    ),
    ...forms('HEADERS', 'A=1,b=x%20y', { headers: { a: '1', b: 'x y' } }),
    ...forms('TIMEOUT', '700', { timeoutMs: 700 }),
    ...forms('COMPRESSION', 'gzip', { gzip: true }),
    ...forms('CERTIFICATE', caFile, { caFile }, secure),
    ...forms(
      'CLIENT_CERTIFICATE',
      certFile,
      { certFile, keyFile },
      {
        ...secure,
        OTEL_EXPORTER_OTLP_CLIENT_KEY: keyFile,
      },
    ),
    ...forms(
      'CLIENT_KEY',
      keyFile,
      { certFile, keyFile },
      {
        ...secure,
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certFile,
      },
    ),
  ]
})

const ROWS = [...GENERAL, ...BY_SIGNAL]

describe('a variable of OpenTelemetry is followed', () => {
  test.each(ROWS)('$variable=$value', ({ variable, value, with: others = {}, gives }) => {
    expect(settingsOf({ ...others, [variable]: value })).toMatchObject(gives)
  })

  test('and each of them that is said to be has a row above', () => {
    expect(new Set(ROWS.map(({ variable }) => variable))).toEqual(new Set(FOLLOWED))
  })
})

describe('a value that makes no sense is told, with its variable and what is done instead', () => {
  test.each([
    ['OTEL_SDK_DISABLED', '1', /neither true nor false; the preload is on/u],
    ['OTEL_LOG_LEVEL', 'loud', /none of none, error.*none is used/u],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b,c', /is ignored: "c" is no key=value/u],
    ['OTEL_NODE_RESOURCE_DETECTORS', 'aws,os', /=aws is not supported .* left out/u],
    ['OTEL_PROPAGATORS', 'b3,jaeger,baggage', /=b3,jaeger is not supported .* left out/u],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', /=jaeger_remote is not supported; every trace/u],
    ['OTEL_TRACES_SAMPLER_ARG', '2', /=2 is no number from 0 to 1; every trace/u],
    ['OTEL_METRIC_EXPORT_INTERVAL', '1s', /=1s is no whole number of milliseconds/u],
    ['OTEL_SPAN_EVENT_COUNT_LIMIT', '-1', /=-1 is no whole number from 0/u],
    ['OTEL_TRACES_EXPORTER', 'zipkin', /=zipkin is not supported .*; traces go to files/u],
    ['OTEL_LOGS_EXPORTER', 'console,otlp', /=console is not supported .*; otlp is followed/u],
    ['OTEL_METRICS_EXPORTER', 'none,otlp', /none among others; metrics go nowhere/u],
    ['OTEL_TRACES_EXPORTER', 'prometheus', /=prometheus is not supported/u],
    ['OTEL_METRICS_EXPORTER', 'otlp,file', /both otlp and file; metrics are pushed/u],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'thrift', /=thrift is not supported .* goes to files/u],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'c:4318', /is no http or https URL; telemetry goes to files/u],
    ['OTEL_EXPORTER_OTLP_INSECURE', 'true', /has no effect: it is for grpc/u],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', /=0 is no whole number of milliseconds/u],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', /=zstd is neither gzip nor none; none is used/u],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=%zzsecret', /the entry "key" is no key=value/u],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=a%0d%0ab:secret', /the entry "key" is no key=value/u],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', caFile, /has no effect: the endpoint of \w+ is not https/u],
    [
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      'delta',
      /is not supported.*cumulative$/u,
    ],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'x', /none of cumulative, delta/u],
    ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', 'x', /explicit buckets are used/u],
    ['OTEL_LOG_LEVEL', 'constructor', /=constructor is none of none, error/u],
    ['OTEL_PROPAGATORS', 'constructor', /=constructor is not supported/u],
    ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', 'constructor', /explicit/u],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '65536', /=65536 is no port number from 0 to 65535/u],
  ])('%s=%s', (variable, value, line) => {
    const others = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_METRICS_EXPORTER: 'otlp,prometheus' }
    const env = { ...PUSH, ...others, [variable]: value }
    const { problems } = settingsOf(env)

    expect(problems.filter((problem) => line.test(problem))).not.toEqual([])
    expect(problems.join('\n')).toContain(variable)
    expect(problems.join('\n')).not.toContain('secret')
    expect(new Set(problems).size).toBe(problems.length)
  })

  test.each([
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem' }, /=\/nowhere.pem cannot be used.*ENOENT/u],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: keyFile }, /CERTIFICATE=.* cannot be used and is left out/u],
    [{ OTEL_EXPORTER_OTLP_CLIENT_KEY: keyFile }, /need each other; metrics are sent without/u],
  ])('of TLS: %j', (env, line) => {
    const { problems, otlp } = settingsOf({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c' })

    expect(problems.filter((problem) => line.test(problem))).not.toEqual([])
    const {
      caFile: ca,
      certFile: cert,
      keyFile: key,
    } = {
      caFile: undefined,
      certFile: undefined,
      keyFile: undefined,
      ...('endpoint' in otlp.destinations.metrics ? otlp.destinations.metrics.endpoint : {}),
    }
    expect({ ca, cert, key }).toEqual({ ca: undefined, cert: undefined, key: undefined })
  })
})

describe('a variable that cannot apply', () => {
  test.each(WITHOUT_EFFECT.flatMap(({ names, why }) => names.map((name) => ({ name, why }))))(
    '$name is told with the reason, and refuses no start',
    ({ name, why }) => {
      const variable = name.replace('*', 'SOMETHING')
      const { problems, remarks } = settingsOf({ [variable]: '1' })

      expect(remarks).toEqual([`${variable} has no effect: ${why}`])
      expect(problems).toEqual([])
    },
  )

  test('is told in one line with those of the same reason', () => {
    expect(withoutEffect({ OTEL_BSP_MAX_QUEUE_SIZE: '1', OTEL_BLRP_SCHEDULE_DELAY: '2' })).toEqual([
      expect.stringMatching(/^OTEL_BLRP_SCHEDULE_DELAY, OTEL_BSP_MAX_QUEUE_SIZE have no effect: /u),
    ])
  })

  test('is recognised by a likeness when it is misspelt; those of other languages are not', () => {
    expect(
      withoutEffect({
        OTEL_EXPORTER_OTLP_ENDPONT: 'x',
        OTEL_JAVAAGENT_DEBUG: 'x',
        OTEL_SERVICE_NAME: 'x',
        OTEL_BSP_SCHEDULE_DELAY: '',
      }),
    ).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPONT has no effect; did you mean OTEL_EXPORTER_OTLP_ENDPOINT?',
    ])
  })
})

test('whatever stands in the variables, the settings can be read and each problem names its variable', () => {
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'grpc',
      'otlp',
      'prometheus,none',
      'http://',
      'https://[::1',
      '=',
      '%',
      ',,',
      'a=b=c',
      '1e9',
      '-0',
      'true',
    ),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...FOLLOWED), value, { maxKeys: 8 }), (env) => {
      const { problems } = settingsOf({ ...env })

      expect(problems.filter((line) => !/OTEL_\w+/u.test(line))).toEqual([])
      const lines: string[] = []
      for (const line of problems) createMessages('warn', (told) => lines.push(told)).warn(line)
      expect(lines.filter((line) => !/^plimsoll: \P{Cc}*\n$/u.test(line))).toEqual([])
    }),
    { numRuns: 300, examples: [[{ OTEL_SDK_DISABLED: '\u0000\u001b[31m\n' }]] },
  )
})

test('detectors are asked only on demand, and keep arguments to themselves', () => {
  expect(settingsOf({}).attributes).toEqual({})

  const { attributes } = settingsOf({ OTEL_NODE_RESOURCE_DETECTORS: 'all' })
  expect(Object.keys(attributes)).toEqual(
    expect.arrayContaining(['host.name', 'os.type', 'process.runtime.version']),
  )
  expect(attributes).not.toHaveProperty('process.command_args')
  expect(Object.values(attributes).filter((value) => typeof value === 'object')).toEqual([])
})

test('every variable of OpenTelemetry is on the page, and none that is neither followed nor refused', () => {
  const named = [...PAGE.matchAll(/`(OTEL_[A-Z0-9_{},*]+)/gu)].flatMap(([, name = '']) =>
    expanded(name),
  )
  const ours = [...FOLLOWED, ...WITHOUT_EFFECT.flatMap(({ names }) => names)]
  const rows = named.flatMap((name) =>
    // The page names the form for all signals, and says that there is one by signal.
    ['', 'TRACES_', 'METRICS_', 'LOGS_'].map((signal) =>
      name.replace('OTEL_EXPORTER_OTLP_', `OTEL_EXPORTER_OTLP_${signal}`),
    ),
  )

  expect(ours.filter((name) => !rows.includes(name))).toEqual([])
  expect(named.filter((name) => !ours.includes(name))).toEqual([])
})

/** `A_{B,C}` as `A_B` and `A_C`. */
function expanded(name: string): string[] {
  const [, head = '', inner, tail = ''] = /^(.*?)\{(.*?)\}(.*)$/u.exec(name) ?? []
  return inner === undefined
    ? [name]
    : inner.split(',').flatMap((one) => expanded(head + one + tail))
}
