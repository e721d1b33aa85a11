import { SIGNALS, type Signal } from '@plimsoll/semconv'
import { set, type Environment } from '../environment.ts'
import type { Endpoint } from './thread-data.ts'

/** Where one signal goes. */
export type Destination =
  | { readonly kind: 'file' }
  | { readonly kind: 'none' }
  | { readonly kind: 'otlp'; readonly endpoint: Endpoint; readonly format: 'json' | 'protobuf' }

export interface OtlpSettings {
  readonly destinations: Readonly<Record<Signal, Destination>>
  /** Milliseconds between exports of metrics. */
  readonly metricsIntervalMs: number
  /** One line for each variable that cannot be followed. */
  readonly problems: readonly string[]
}

const DEFAULT_ENDPOINT = 'http://localhost:4318'
const DEFAULT_TIMEOUT_MS = 10_000
/** Defaults of the specification, "OpenTelemetry Protocol Exporter" and "Periodic exporting MetricReader". */
const DEFAULT_METRICS_INTERVAL_MS = 60_000

const PROTOCOLS = { 'http/protobuf': 'protobuf', 'http/json': 'json' } as const

/** Reads the `OTEL_*` variables that say where telemetry goes: to files, unless one of them says otherwise. */
export function readOtlpSettings(env: Environment): OtlpSettings {
  const problems: string[] = []
  const destinations = Object.fromEntries(
    SIGNALS.map((signal) => [signal, destinationOf(signal, env, problems)]),
  ) as Record<Signal, Destination>
  return {
    destinations,
    metricsIntervalMs: number(env['OTEL_METRIC_EXPORT_INTERVAL']) ?? DEFAULT_METRICS_INTERVAL_MS,
    problems: [...new Set(problems)],
  }
}

function destinationOf(signal: Signal, env: Environment, problems: string[]): Destination {
  const exporter = `OTEL_${signal.toUpperCase()}_EXPORTER`
  const asked = set(env[exporter])?.toLowerCase()
  if (asked === 'none') return { kind: 'none' }
  const endpoint = read(signal, 'ENDPOINT', env)
  if (asked === undefined && endpoint === undefined) return { kind: 'file' }
  if (asked !== undefined && asked !== 'otlp') {
    problems.push(
      `${exporter}=${asked} is not supported (otlp and none are); ${signal} go to files`,
    )
    return { kind: 'file' }
  }
  return otlp(signal, env, problems) ?? { kind: 'file' }
}

function otlp(signal: Signal, env: Environment, problems: string[]): Destination | undefined {
  const protocol = read(signal, 'PROTOCOL', env)?.value ?? 'http/protobuf'
  if (!(protocol in PROTOCOLS)) {
    problems.push(
      `OTLP protocol ${protocol} is not supported (http/protobuf and http/json are, mostly on port 4318); telemetry goes to files`,
    )
    return undefined
  }
  const url = urlOf(signal, read(signal, 'ENDPOINT', env))
  if (url === undefined) {
    problems.push(
      `OTEL_EXPORTER_OTLP_ENDPOINT or its form for ${signal} is no http or https URL; ${signal} go to files`,
    )
    return undefined
  }
  const endpoint: Endpoint = {
    url,
    headers: headersOf(read(signal, 'HEADERS', env)?.value, problems),
    timeoutMs: number(read(signal, 'TIMEOUT', env)?.value) ?? DEFAULT_TIMEOUT_MS,
    gzip: read(signal, 'COMPRESSION', env)?.value === 'gzip',
    caFile: read(signal, 'CERTIFICATE', env)?.value,
    certFile: read(signal, 'CLIENT_CERTIFICATE', env)?.value,
    keyFile: read(signal, 'CLIENT_KEY', env)?.value,
  }
  return { kind: 'otlp', endpoint, format: PROTOCOLS[protocol as keyof typeof PROTOCOLS] }
}

/** The form of a variable for one signal goes before the general one. */
function read(
  signal: Signal,
  name: string,
  env: Environment,
): { value: string; own: boolean } | undefined {
  const own = set(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`])
  if (own !== undefined) return { value: own, own: true }
  const general = set(env[`OTEL_EXPORTER_OTLP_${name}`])
  return general === undefined ? undefined : { value: general, own: false }
}

/** The general endpoint is a base, one of a signal is used as it is. */
function urlOf(
  signal: Signal,
  given: { value: string; own: boolean } | undefined,
): string | undefined {
  const url = URL.parse(given?.value ?? DEFAULT_ENDPOINT)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  if (given?.own !== true) url.pathname = `${url.pathname.replace(/\/$/u, '')}/v1/${signal}`
  return url.href
}

/** `key=value,key=value`, percent-encoded as W3C Baggage is. */
function headersOf(text: string | undefined, problems: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const pair of (text ?? '').split(',').filter((part) => part.trim() !== '')) {
    const split = pair.indexOf('=')
    try {
      if (split < 1) throw new RangeError('no key')
      headers[decodeURIComponent(pair.slice(0, split).trim()).toLowerCase()] = decodeURIComponent(
        pair.slice(split + 1).trim(),
      )
    } catch {
      // The value is likely a secret: the key alone is named.
      const key = pair.slice(0, Math.max(split, 0)).trim()
      problems.push(
        `OTEL_EXPORTER_OTLP_HEADERS: the entry ${JSON.stringify(key)} is no key=value; it is left out`,
      )
    }
  }
  return headers
}

function number(text: string | undefined): number | undefined {
  const value = Number(set(text))
  return Number.isFinite(value) && value > 0 ? value : undefined
}
