import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import type { Selector } from '@plimsoll/promql'
import { samplesOf } from '../count/numbers.ts'
import type { Objective } from '../spec/model.ts'
import type { Asker } from './ask.ts'
import type { Prepared, PreparedQuery } from './prepare.ts'
import { choosesRun, quoted } from './selector.ts'
import { samplesInScope } from './scope.ts'

const SERVICE_LABEL = prometheusLabel(ATTRIBUTES.serviceName.key)

/**
 * In a window the data are of every service. A bare selector of which several services have series is limited to the
 * service that the SLO is of, unless it chooses by itself.
 */
export async function limitToService(
  objective: Objective,
  queries: readonly PreparedQuery[],
  asker: Asker,
): Promise<Prepared> {
  const limited = new Map<PreparedQuery['query'], PreparedQuery>()
  for (const query of queries)
    limited.set(query.query, { ...query, limit: await limitOf(objective, query, asker) })
  return (query) => {
    const found = limited.get(query)
    if (found === undefined) throw new Error(`the query ${query.text} was not prepared`)
    return found
  }
}

async function limitOf(
  { service }: Objective,
  query: PreparedQuery,
  asker: Asker,
): Promise<string | null> {
  const selector = query.parsed.bareSelector
  if (asker.source.scope.kind === 'run' || selector === null || choosesWhose(selector)) return null
  const samples = samplesInScope(query, selector, asker.source)
  const answer = await asker.ask({
    written: query.query,
    sent: `group by (${SERVICE_LABEL}) (last_over_time(${samples}))`,
    reading: 'the services that have such series in the window',
  })
  if ('error' in answer) return null
  const services = samplesOf(answer).map(({ metric }) => metric[SERVICE_LABEL] ?? '')
  if (services.length <= 1) return null
  if (services.includes(service)) return `${SERVICE_LABEL}=${quoted(service)}`
  asker.doubt(
    `${services.length} services have such series in the window, and none of them is ${service}, of which the SLO is; add ${SERVICE_LABEL}="…" to the query \`${query.query.role}\``,
  )
  return null
}

function choosesWhose(selector: Selector): boolean {
  return (
    choosesRun(selector) ||
    selector.matchers.some(({ name }) => name === SERVICE_LABEL || name === 'job')
  )
}
