import { PROMETHEUS } from '../../foreign-names.ts'
import { thresholds, type Unplaced } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { coloredTexts, table } from '../../panels/table.ts'
import { maxBy, orNone, where } from '../../promql.ts'
import { SEVERITIES, SLO_LABELS } from '../../slo-series.ts'

const FIRING = where('alertstate', '=', 'firing')
/** Alerts of the pipeline are about no service, and matter to all. */
const OF_SERVICE_OR_NONE = where(SLO_LABELS.service, '=~', '($service)|')
/** What makes an alert a row of the table. */
const LABELS = ['severity', 'alertname', SLO_LABELS.service, SLO_LABELS.slo]
const COLORS = { [SEVERITIES.page]: 'red', [SEVERITIES.ticket]: 'orange' }

/** How many alerts of a severity fire, one of several windows counted once; where there are objectives at all. */
function firing(severity: string, objectives: string): string {
  const matchers = [FIRING, where('severity', '=', severity), OF_SERVICE_OR_NONE]
  const alerts = maxBy(LABELS, `${PROMETHEUS.alerts}{${matchers.join(',')}}`)
  return orNone(`count(${alerts})`, objectives)
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

const SINCE = `${PROMETHEUS.alertsSince}{${OF_SERVICE_OR_NONE}}`

export const firingAlerts = table({
  title: 'Alerts that fire',
  description:
    'Newest first: of the objectives, and of the pipeline that everything here comes through. What each means and what to do: docs/alerts.md.',
  unit: 'short',
  empty: 'No alert fires.',
  keys: [
    { label: 'severity', title: 'Severity', properties: coloredTexts(COLORS) },
    { label: 'alertname', title: 'Alert' },
    { label: SLO_LABELS.service, title: 'Service' },
    { label: SLO_LABELS.slo, title: 'SLO' },
  ],
  sortBy: 'Since',
  queries: [
    {
      legend: 'Since',
      unit: 'dateTimeFromNow',
      expr: `1000 * min by (${LABELS.join(', ')}) (${SINCE} and ignoring (alertstate) ${PROMETHEUS.alerts}{${FIRING}})`,
    },
  ],
  to: 'pipeline',
})
