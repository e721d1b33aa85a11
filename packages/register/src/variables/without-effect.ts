import { nearest } from '@plimsoll/policies'
import { set, type Environment } from '../environment.ts'

/** Variables that OpenTelemetry knows and that cannot apply here, by the reason. A star stands for any ending. */
export const WITHOUT_EFFECT: readonly {
  readonly names: readonly string[]
  readonly why: string
}[] = [
  {
    names: ['OTEL_BSP_*', 'OTEL_BLRP_*', 'OTEL_METRIC_EXPORT_TIMEOUT'],
    why: 'there is no batch processor; PLIMSOLL_INTERVAL_MS and OTEL_EXPORTER_OTLP_TIMEOUT say when and how long',
  },
  { names: ['OTEL_METRICS_EXEMPLAR_FILTER'], why: 'metrics have no exemplars' },
  {
    names: ['OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE'],
    why: 'the file is not read; plimsoll.config.yaml and the other variables hold',
  },
  {
    names: ['OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'],
    why: 'no instrumentation of others is loaded',
  },
  {
    names: ['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'],
    why: 'resilience.telemetry.lost says what is not delivered',
  },
  {
    names: ['OTEL_SEMCONV_STABILITY_OPT_IN'],
    why: 'names are those of the stable conventions in any case',
  },
  {
    names: ['OTEL_EXPORTER_ZIPKIN_*', 'OTEL_EXPORTER_JAEGER_*'],
    why: 'only OTLP is pushed',
  },
]

/** Variables that are followed. */
export const FOLLOWED: readonly string[] = [
  'OTEL_SDK_DISABLED',
  'OTEL_LOG_LEVEL',
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_PROPAGATORS',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_EXPORTER_PROMETHEUS_HOST',
  'OTEL_EXPORTER_PROMETHEUS_PORT',
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  ...['TRACES', 'METRICS', 'LOGS'].map((signal) => `OTEL_${signal}_EXPORTER`),
  ...['', 'TRACES_', 'METRICS_', 'LOGS_'].flatMap((signal) =>
    [
      'ENDPOINT',
      'INSECURE',
      'PROTOCOL',
      'HEADERS',
      'TIMEOUT',
      'COMPRESSION',
      'CERTIFICATE',
      'CLIENT_CERTIFICATE',
      'CLIENT_KEY',
    ].map((what) => `OTEL_EXPORTER_OTLP_${signal}${what}`),
  ),
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
]

/**
 * One line for each reason why variables that are set do nothing, and for each that looks like a misspelt one. Variables of
 * other languages' SDKs, which whole fleets set, are none of these.
 */
export function withoutEffect(env: Environment): readonly string[] {
  const there = Object.keys(env).filter(
    (name) => name.startsWith('OTEL_') && set(env[name]) !== undefined,
  )
  const lines: string[] = []
  for (const { names, why } of WITHOUT_EFFECT) {
    const found = there.filter((name) => names.some((pattern) => matches(pattern, name)))
    if (found.length > 0)
      lines.push(`${found.toSorted().join(', ')} ${have(found)} no effect: ${why}`)
  }
  const patterns = WITHOUT_EFFECT.flatMap(({ names }) => names)
  for (const name of there) {
    if (FOLLOWED.includes(name) || patterns.some((pattern) => matches(pattern, name))) continue
    const near = nearest(name, FOLLOWED)
    if (near !== undefined) lines.push(`${name} has no effect; did you mean ${near}?`)
  }
  return lines
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function have(names: readonly string[]): string {
  return names.length === 1 ? 'has' : 'have'
}
