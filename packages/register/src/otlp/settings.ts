import { SIGNALS, type Signal } from '@plimsoll/semconv'
import { listed, milliseconds, set, type Environment } from '../environment.ts'
import { readPrometheusSettings, type PrometheusSettings } from '../prometheus/settings.ts'
import { endpointOf, find } from './endpoint.ts'
import { PROTOCOLS, type Endpoint } from './thread-data.ts'

/** Where one signal goes. */
export type Destination =
  | { readonly kind: 'file' }
  | { readonly kind: 'none' }
  | { readonly kind: 'otlp'; readonly endpoint: Endpoint }

export interface OtlpSettings {
  readonly destinations: Readonly<Record<Signal, Destination>>
  /** Where metrics are served, besides where they go. */
  readonly prometheus: PrometheusSettings | undefined
  /** Milliseconds between exports of metrics. */
  readonly metricsIntervalMs: number
  /** Buckets of histograms. */
  readonly histograms: 'explicit' | 'exponential'
  /** One line for each variable that cannot be followed. */
  readonly problems: readonly string[]
}

/** Default of the specification, "Periodic exporting MetricReader". */
const DEFAULT_METRICS_INTERVAL_MS = 60_000
const MAX_METRICS_INTERVAL_MS = 86_400_000

/** Reads the `OTEL_*` variables that say where telemetry goes: to files, unless one of them says otherwise. */
export function readOtlpSettings(env: Environment): OtlpSettings {
  const problems: string[] = []
  const destinations = Object.fromEntries(
    SIGNALS.map((signal) => [signal, destinationOf(signal, env, problems)]),
  ) as Record<Signal, Destination>
  refuseDelta(env, problems)
  const intervalMs = milliseconds(
    env,
    'OTEL_METRIC_EXPORT_INTERVAL',
    [1, MAX_METRICS_INTERVAL_MS],
    problems,
  )
  const exporters = listed(env['OTEL_METRICS_EXPORTER'])
  const isServed = exporters.includes('prometheus') && !exporters.includes('none')
  return {
    destinations,
    prometheus: isServed ? readPrometheusSettings(env, problems) : undefined,
    metricsIntervalMs: intervalMs ?? DEFAULT_METRICS_INTERVAL_MS,
    histograms: histogramsOf(env, problems),
    problems: [...new Set(problems)],
  }
}

const EXPORTERS: Readonly<Record<Signal, readonly string[]>> = {
  metrics: ['otlp', 'file', 'prometheus', 'none'],
  traces: ['otlp', 'file', 'none'],
  logs: ['otlp', 'file', 'none'],
}

function destinationOf(signal: Signal, env: Environment, problems: string[]): Destination {
  const variable = `OTEL_${signal.toUpperCase()}_EXPORTER`
  const asked = listed(env[variable])
  const exporters = EXPORTERS[signal]
  const known = asked.filter((name) => exporters.includes(name))
  const unknown = asked.filter((name) => !exporters.includes(name))
  if (unknown.length > 0) {
    const instead = known.length === 0 ? `${signal} go to files` : `${known.join(', ')} is followed`
    problems.push(
      `${variable}=${unknown.join(',')} is not supported (${exporters.join(', ')} are); ${instead}`,
    )
  }
  if (known.includes('none')) {
    if (asked.length > 1) problems.push(`${variable} has none among others; ${signal} go nowhere`)
    return { kind: 'none' }
  }
  // Scraped, and not sent anywhere.
  if (known.length === 1 && known[0] === 'prometheus') return { kind: 'none' }
  if (known.includes('otlp') && known.includes('file')) {
    problems.push(`${variable} has both otlp and file; ${signal} are pushed, not written`)
  }
  const wanted =
    asked.length === 0 ? find(signal, 'ENDPOINT', env) !== undefined : known.includes('otlp')
  return (wanted ? pushed(signal, env, problems) : undefined) ?? { kind: 'file' }
}

function pushed(signal: Signal, env: Environment, problems: string[]): Destination | undefined {
  const found = find(signal, 'PROTOCOL', env)
  const asked = found?.value.toLowerCase() ?? 'http/protobuf'
  const protocol = PROTOCOLS.find((known) => known === asked)
  if (protocol === undefined) {
    const what = found?.own === true ? `${signal} go` : 'telemetry goes'
    problems.push(
      `${found?.name}=${asked} is not supported (${PROTOCOLS.join(', ')} are); ${what} to files`,
    )
    return undefined
  }
  const endpoint = endpointOf(signal, protocol, env, problems)
  return endpoint === undefined ? undefined : { kind: 'otlp', endpoint }
}

const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'

/** What leaves a process that dies must make those before it needless: a delta that is lost is lost for ever. */
function refuseDelta(env: Environment, problems: string[]): void {
  const asked = set(env[TEMPORALITY])?.toLowerCase()
  if (asked === undefined || asked === 'cumulative') return
  const why = ['delta', 'lowmemory'].includes(asked)
    ? 'is not supported, for a lost delta cannot be made good; the Collector makes deltas by its processor cumulativetodelta'
    : 'is none of cumulative, delta, lowmemory'
  problems.push(`${TEMPORALITY}=${asked} ${why}; metrics are cumulative`)
}

const AGGREGATION = 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION'
const AGGREGATIONS = {
  explicit_bucket_histogram: 'explicit',
  base2_exponential_bucket_histogram: 'exponential',
} as const

function histogramsOf(env: Environment, problems: string[]): OtlpSettings['histograms'] {
  const asked = set(env[AGGREGATION])?.toLowerCase() ?? 'explicit_bucket_histogram'
  if (Object.hasOwn(AGGREGATIONS, asked)) return AGGREGATIONS[asked as keyof typeof AGGREGATIONS]
  const known = Object.keys(AGGREGATIONS).join(' nor ')
  problems.push(`${AGGREGATION}=${asked} is neither ${known}; explicit buckets are used`)
  return 'explicit'
}
