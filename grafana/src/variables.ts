import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { label, metric } from './names.ts'
import { where } from './promql.ts'

export type VariableId = 'datasource' | 'service' | 'run' | 'host' | 'export_interval'

type Variable = DatasourceVariableBuilder | QueryVariableBuilder | CustomVariableBuilder

/** The data source of every panel and variable. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

/** What a target asks for as its smallest step, so that `$__rate_interval` spans four exports. */
export const EXPORT_INTERVAL = '$export_interval'

const INTERVALS = ['60s', '30s', '15s', '10s', '5s', '1s']
const OF_SERVICE = where(label('serviceName'), '=~', '$service')
const OF_RUN = where(label('runId'), '=~', '$run')
/** Classic histograms have `_count` series, native ones only the name. */
const CALLS = where('__name__', '=~', `${metric('callDuration')}(_count)?`)

const VARIABLES: Readonly<Record<VariableId, () => Variable>> = {
  datasource: () =>
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
  service: () =>
    chosen(
      'service',
      'Service',
      `label_values(${metric('runStartTime')}, ${label('serviceName')})`,
    ),
  run: () =>
    chosen(
      'run',
      'Run',
      `label_values(${metric('runStartTime')}{${OF_SERVICE}}, ${label('runId')})`,
    )
      // A run id begins with its time.
      .sort(VariableSort.AlphabeticalDesc)
      .description('One execution of a program, all its processes and workers.'),
  host: () =>
    chosen(
      'host',
      'Host',
      `label_values({${[CALLS, OF_SERVICE, OF_RUN].join(',')}}, ${label('serverAddress')})`,
    ).description('What was called. Limits and breakers of a source have no host.'),
  export_interval: () =>
    new CustomVariableBuilder('export_interval')
      .label('Export interval')
      .description('How often the programs export metrics. Rates look over four of these.')
      .values(INTERVALS.join(','))
      .options(INTERVALS.map((text, at) => ({ selected: at === 0, text, value: text })))
      .current({ selected: true, text: '60s', value: '60s' }),
}

export function variables(ids: readonly VariableId[]): readonly Variable[] {
  return ids.map((id) => VARIABLES[id]())
}

function chosen(name: string, title: string, query: string): QueryVariableBuilder {
  return (
    new QueryVariableBuilder(name)
      .label(title)
      .query(query)
      .definition(query)
      .datasource(DATASOURCE)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // Also what has no such label, and a matcher that stays short with a thousand runs.
      .allValue('.*')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  )
}
