import { PROMETHEUS } from '../../foreign-names.ts'
import type { Unplaced } from '../../panels/panel.ts'
import { thresholds } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { coloredTexts, table } from '../../panels/table.ts'
import { orNone, where } from '../../promql.ts'
import { SEVERITIES, SLO_LABELS } from '../../slo-series.ts'

const FIRING = where('alertstate', '=', 'firing')
/** Alerts of the pipeline are about no service, and matter to all. */
const OF_SERVICE_OR_NONE = where(SLO_LABELS.service, '=~', '($service)|')
const COLORS = { [SEVERITIES.page]: 'red', [SEVERITIES.ticket]: 'orange' }

/** How many alerts of a severity fire, where there are objectives at all. */
function firing(severity: string, objectives: string): string {
  const matchers = [FIRING, where('severity', '=', severity), OF_SERVICE_OR_NONE]
  return orNone(`count(${PROMETHEUS.alerts}{${matchers.join(',')}})`, objectives)
}

export function alertCounts(objectives: string): readonly Unplaced[] {
  return [
    stat({
      title: 'Alerts to page',
      description: 'Alerts that wake somebody, and fire. What to do: docs/alerts.md.',
      unit: 'short',
      decimals: 0,
      expr: firing(SEVERITIES.page, objectives),
      colors: thresholds('green', [1, COLORS.page]),
      to: 'calls',
    }),
    stat({
      title: 'Alerts as tickets',
      description: 'Alerts that can wait for the morning, and fire. What to do: docs/alerts.md.',
      unit: 'short',
      decimals: 0,
      expr: firing(SEVERITIES.ticket, objectives),
      colors: thresholds('green', [1, COLORS.ticket]),
      to: 'calls',
    }),
  ]
}

const KEYS = [
  { label: 'severity', title: 'Severity', properties: coloredTexts(COLORS) },
  { label: 'alertname', title: 'Alert' },
  { label: SLO_LABELS.service, title: 'Service' },
  { label: SLO_LABELS.slo, title: 'SLO' },
]
const SINCE = `${PROMETHEUS.alertsSince}{${OF_SERVICE_OR_NONE}}`

export const firingAlerts = table({
  title: 'Alerts that fire',
  description:
    'Newest first: of the objectives, and of the pipeline that everything here comes through. What each means and what to do: docs/alerts.md.',
  unit: 'short',
  empty: 'No alert fires.',
  keys: KEYS,
  sortBy: 'Since',
  queries: [
    {
      legend: 'Since',
      unit: 'dateTimeFromNow',
      expr: `1000 * min by (${KEYS.map(({ label }) => label).join(', ')}) (${SINCE} and ignoring (alertstate) ${PROMETHEUS.alerts}{${FIRING}})`,
    },
  ],
  to: 'pipeline',
})
