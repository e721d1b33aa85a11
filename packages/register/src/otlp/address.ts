import type { Signal } from '@plimsoll/semconv'
import type { Found } from './endpoint.ts'
import type { Protocol } from './thread-data.ts'

/** Defaults of the specification, "OpenTelemetry Protocol Exporter". */
const DEFAULT_HTTP = 'http://localhost:4318'
const DEFAULT_GRPC = 'http://localhost:4317'

const SERVICES = {
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
} as const

/** The URL that a signal is posted to; undefined when what is given makes none. */
export function addressOf(
  signal: Signal,
  protocol: Protocol,
  given: Found | undefined,
  insecure: boolean,
): string | undefined {
  return protocol === 'grpc'
    ? grpcUrl(signal, given?.value ?? DEFAULT_GRPC, insecure)
    : httpUrl(signal, given)
}

/** The general endpoint is a base, one of a signal is used as it is. */
function httpUrl(signal: Signal, given: Found | undefined): string | undefined {
  const url = parsed(given?.value ?? DEFAULT_HTTP)
  if (url === undefined) return undefined
  if (given?.own !== true) url.pathname = `${url.pathname.replace(/\/$/u, '')}/v1/${signal}`
  return url.href
}

/** Of an address of gRPC only scheme, host and port count. One without a scheme has TLS, unless it is said to have none. */
function grpcUrl(signal: Signal, address: string, insecure: boolean): string | undefined {
  const whole = address.includes('://') ? address : `${insecure ? 'http' : 'https'}://${address}`
  const url = parsed(whole)
  return url === undefined ? undefined : `${url.origin}/${SERVICES[signal]}/Export`
}

function parsed(address: string): URL | undefined {
  const url = URL.parse(address)
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : undefined
}
