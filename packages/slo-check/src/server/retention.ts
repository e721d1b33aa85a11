import type { PrometheusApi } from './api.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}

/**
 * How many seconds a server keeps its data, as Prometheus says of itself (`35d or 20GiB`); null where it does not say.
 * What a limit of size has dropped nobody tells.
 */
export async function readRetention(api: PrometheusApi): Promise<number | null> {
  const page = await api.page('status/runtimeinfo')
  const told = (page?.data as { readonly storageRetention?: unknown } | null | undefined)
    ?.storageRetention
  const [duration] = typeof told === 'string' ? told.split(' or ') : []
  if (duration === undefined || !/^(?:\d+(?:ms|[smhdwy]))+$/u.test(duration)) return null
  return [...duration.matchAll(/(\d+)(ms|[smhdwy])/gu)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0),
    0,
  )
}
