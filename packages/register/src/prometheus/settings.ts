import { set, wholeNumber, type Environment } from '../environment.ts'

/** Where metrics are served to those who scrape. */
export interface PrometheusSettings {
  readonly host: string
  /** 0: one that is free. */
  readonly port: number
}

/** Defaults of the specification, "Prometheus Exporter": nobody but this machine. */
const DEFAULT: PrometheusSettings = { host: 'localhost', port: 9464 }

export function readPrometheusSettings(env: Environment, problems: string[]): PrometheusSettings {
  return {
    host: set(env['OTEL_EXPORTER_PROMETHEUS_HOST']) ?? DEFAULT.host,
    port:
      wholeNumber(env, 'OTEL_EXPORTER_PROMETHEUS_PORT', [0, 65_535], problems, 'port number') ??
      DEFAULT.port,
  }
}
