import { join } from 'node:path'
import { ROOT } from './paths.ts'
import type { Ports } from './ports.ts'
import { startServer, type Server } from './server.ts'

export interface Collector extends Server {
  /** Base URL for OTEL_EXPORTER_OTLP_ENDPOINT over HTTP. */
  readonly otlpHttp: string
  /** The same over gRPC. */
  readonly otlpGrpc: string
  /** Its own metrics. */
  readonly telemetry: string
  /** What was sent to it, for servers that scrape. */
  readonly scrape: string
  /** Files of OTLP JSON lines that are being written; rotated ones stand beside them, `metrics-<time>.jsonl`. */
  readonly files: Readonly<Record<'metrics' | 'traces' | 'logs', string>>
}

export interface CollectorOptions {
  readonly otelcol: string
  /** Folder of its data and log. */
  readonly dir: string
  readonly ports: Ports
  /** Base URL of the Prometheus that metrics are pushed to. */
  readonly prometheusEndpoint: string
  /** Variables of collector-config.yaml. */
  readonly env?: Readonly<Record<string, string>>
  /** More configuration files or `yaml:` snippets, merged over collector-config.yaml in their order. */
  readonly configs?: readonly string[]
}

const HOST = '127.0.0.1'

/** Runs collector-config.yaml as it stands; what differs from place to place are variables. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { ports, dir } = options
  const address = (port: number): string => `http://${HOST}:${port}`
  const server = await startServer({
    command: options.otelcol,
    args: collectorArguments(options.configs),
    url: address(ports.otlpHttp),
    health: address(ports.health),
    log: join(dir, 'collector.log'),
    env: { ...collectorEnvironment(options), ...options.env },
  })
  const file = (signal: string): string => join(dir, `${signal}.jsonl`)
  return Object.defineProperties(server, {
    otlpHttp: { value: address(ports.otlpHttp), enumerable: true },
    otlpGrpc: { value: address(ports.otlpGrpc), enumerable: true },
    telemetry: { value: `${address(ports.telemetry)}/metrics`, enumerable: true },
    scrape: { value: `${address(ports.scrape)}/metrics`, enumerable: true },
    files: {
      value: { metrics: file('metrics'), traces: file('traces'), logs: file('logs') },
      enumerable: true,
    },
  }) as Collector
}

export function collectorArguments(configs: readonly string[] = []): string[] {
  return [join(ROOT, 'collector-config.yaml'), ...configs].map((config) => `--config=${config}`)
}

/** The variables that collector-config.yaml reads. */
export function collectorEnvironment({
  ports,
  dir,
  prometheusEndpoint,
}: Pick<CollectorOptions, 'ports' | 'dir' | 'prometheusEndpoint'>): Record<string, string> {
  return {
    COLLECTOR_HOST: HOST,
    COLLECTOR_OTLP_GRPC_PORT: String(ports.otlpGrpc),
    COLLECTOR_OTLP_HTTP_PORT: String(ports.otlpHttp),
    COLLECTOR_TELEMETRY_PORT: String(ports.telemetry),
    COLLECTOR_SCRAPE_PORT: String(ports.scrape),
    COLLECTOR_HEALTH_PORT: String(ports.health),
    COLLECTOR_DIR: dir,
    PROMETHEUS_URL: prometheusEndpoint,
  }
}
