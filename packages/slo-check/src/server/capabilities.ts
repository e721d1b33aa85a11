import { PromqlError } from '@plimsoll/promql'
import { RUN_LABEL } from '../query/selector.ts'
import type { ServerDescription } from '../source/source.ts'
import type { Page, PrometheusApi } from './api.ts'

/** A series that no run has: a run id has no space in it. */
const PROBE = `increase({${RUN_LABEL}=" "}[1m] anchored)`
const ZERO_INGESTION = 'created-timestamp-zero-ingestion'

/**
 * Asks the server what it is and can do. Hosted servers keep some of these pages to themselves; whether `anchored` is
 * known there is found out by using it.
 *
 * @param time to evaluate at, in Unix seconds
 */
export async function readCapabilities(
  api: PrometheusApi,
  time: number,
): Promise<ServerDescription> {
  const [build, flags, features, anchored] = await Promise.all([
    api.page('status/buildinfo'),
    api.page('status/flags'),
    api.page('features'),
    knowsAnchored(api, time),
  ])
  return {
    ...nameOf(build, flags),
    features: { anchored, zeroIngestion: ingestsZeros(flags, features) },
  }
}

function nameOf(
  build: Page | null,
  flags: Page | null,
): Pick<ServerDescription, 'application' | 'version'> {
  const version = field(build?.data, 'version')
  // It answers with the version of a Prometheus in place of its own.
  if (build?.headers['x-server-hostname'] !== undefined)
    return { application: 'VictoriaMetrics', version: null }
  const named = field(build?.data, 'application')
  const isPrometheus = field(flags?.data, 'config.file') !== null
  return { application: named ?? (isPrometheus ? 'Prometheus' : 'unknown'), version }
}

async function knowsAnchored(api: PrometheusApi, time: number): Promise<boolean> {
  try {
    await api.query(PROBE, time)
    return true
  } catch (error) {
    if (error instanceof PromqlError) return false
    throw error
  }
}

/** The page of features has it from 3.9 on, the flags before; a server that shows neither does not tell. */
function ingestsZeros(flags: Page | null, features: Page | null): boolean | null {
  const scrape = (features?.data as { scrape?: Record<string, unknown> } | null)?.scrape
  const feature = scrape?.['start_timestamp_zero_ingestion']
  if (typeof feature === 'boolean') return feature
  const enabled = field(flags?.data, 'enable-feature')
  if (enabled !== null) return enabled.split(',').includes(ZERO_INGESTION)
  return field(flags?.data, 'config.file') === null ? null : false
}

function field(data: unknown, name: string): string | null {
  const value = (data as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' && value !== '' ? value : null
}
