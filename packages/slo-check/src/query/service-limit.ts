import type { Selector } from '@plimsoll/promql'
import { samplesOf } from '../count/numbers.ts'
import type { Objective } from '../spec/model.ts'
import type { Asker } from './ask.ts'
import type { Prepared, PreparedQuery } from './prepare.ts'
import { SERVICE_LABEL, choosesRun, choosesService, quoted } from './selector.ts'
import { samplesInScope } from './scope.ts'

/**
 * The data of a window are of every service, and those of a run may be of several. Where several have series that an
 * objective counts, its bare selectors are limited to the service that the SLO is of, all of them, unless they choose by
 * themselves: a part of one service is no share of another's total.
 */
export async function limitToService(
  { service }: Objective,
  queries: readonly PreparedQuery[],
  asker: Asker,
): Promise<Prepared> {
  const open = queries.filter(({ parsed }) => isOpen(parsed.bareSelector, asker))
  const services = await servicesOf(open, asker)
  const limit = services.has(service) && services.size > 1 ? matcherOf(service) : null
  if (limit === null) doubtService(service, [...services], asker)
  else if (asker.source.scope.kind === 'run') {
    const others = [...services].filter((name) => name !== service).toSorted()
    asker.warn(`of the run's services ${service} alone is counted, not ${others.join(', ')}`)
  }
  const prepared = new Map(
    queries.map((query) => [query.query, open.includes(query) ? { ...query, limit } : query]),
  )
  return (query) => {
    const found = prepared.get(query)
    if (found === undefined) throw new Error(`the query ${query.text} was not prepared`)
    return found
  }
}

/** The services that have series which the queries count. */
async function servicesOf(
  queries: readonly PreparedQuery[],
  asker: Asker,
): Promise<ReadonlySet<string>> {
  const { scope } = asker.source
  const services = new Set<string>()
  // Of a run all are known, and mostly there is one only.
  if (scope.kind === 'run' && scope.services.length <= 1) return services
  for (const query of queries) {
    const selector = query.parsed.bareSelector
    if (selector === null) continue
    const answer = await asker.verify({
      written: query.query,
      sent: `group by (${SERVICE_LABEL}) (last_over_time(${samplesInScope(query, selector, asker.source)}))`,
      reading: `the services that have such series in the ${scope.kind}`,
    })
    for (const { metric } of answer === null ? [] : samplesOf(answer))
      services.add(metric[SERVICE_LABEL] ?? '')
  }
  return services
}

/** Series of others only, or of who knows whom. A run is chosen by its id, so that the one name in it may be any. */
function doubtService(
  service: string,
  services: readonly string[],
  { source, doubt }: Asker,
): void {
  if (services.length === 0 || services.includes(service)) return
  const [only] = services
  const { kind } = source.scope
  if (services.length === 1 && (kind === 'run' || only === '')) return
  const others =
    services.length === 1
      ? `of all services ${only} alone has such series in the ${kind}, and the SLO is of ${service}`
      : `${services.length} services have such series in the ${kind}, and none of them is ${service}, of which the SLO is`
  doubt(`${others}; choose by ${SERVICE_LABEL}="…" in the queries`)
}

function matcherOf(service: string): string {
  return `${SERVICE_LABEL}=${quoted(service)}`
}

/** Who chooses a run in a window means it whoever took part. */
function isOpen(selector: Selector | null, { source }: Asker): boolean {
  if (selector === null || choosesService(selector)) return false
  return source.scope.kind === 'run' || !choosesRun(selector)
}
