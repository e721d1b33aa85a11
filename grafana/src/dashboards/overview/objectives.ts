import type { Section } from '../../layout.ts'
import { thresholds } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { stateTimeline } from '../../panels/state-timeline.ts'
import { coloredBy, table } from '../../panels/table.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { maxBy, orNone, where } from '../../promql.ts'
import { errorRatio, SLO_LABELS, SLO_SERIES, VALUE } from '../../slo-series.ts'
import { alertCounts, firingAlerts } from './alerts.ts'

const OBJECTIVE = [SLO_LABELS.service, SLO_LABELS.slo, SLO_LABELS.objective]
const OBJECTIVE_LEGEND = `{{${SLO_LABELS.slo}}}: {{${SLO_LABELS.objective}}}`
const OF_SERVICE = where(SLO_LABELS.service, '=~', '$service')

/** A recorded series, one for each objective. */
const recorded = (name: string): string => maxBy(OBJECTIVE, `${name}{${OF_SERVICE}}`)
/** Objectives with a budget, and those without. */
const NUMBER = `count(${recorded(SLO_SERIES.period)} or ${recorded(VALUE)})`

/** From this burn rate up a budget of 30 days is gone in two (SRE workbook, chapter 5). */
const FAST_BURN = 14.4

export const objectives: Section = {
  title: 'Objectives',
  lines: [
    [
      stat({
        title: 'Objectives',
        description:
          'Objectives whose rules record something for the chosen services. Without rules there are none: see docs/alerts.md.',
        unit: 'short',
        decimals: 0,
        expr: NUMBER,
        to: 'calls',
      }),
      stat({
        title: 'Budgets overspent',
        description: 'Objectives that were broken over their whole period.',
        unit: 'short',
        decimals: 0,
        expr: orNone(`count(${recorded(SLO_SERIES.budgetLeft)} < 0)`, NUMBER),
        colors: thresholds('green', [1, 'red']),
        to: 'calls',
      }),
      ...alertCounts(NUMBER),
    ],
    [firingAlerts],
    [
      table({
        title: 'State of the objectives',
        description:
          'Target, what is left of the error budget of the period, and how fast it is spent: 1 lasts exactly the period.',
        unit: 'percentunit',
        keys: [
          { label: SLO_LABELS.service, title: 'Service' },
          { label: SLO_LABELS.slo, title: 'SLO' },
          { label: SLO_LABELS.objective, title: 'Objective' },
        ],
        queries: [
          { legend: 'Target', expr: recorded(SLO_SERIES.objective) },
          {
            legend: 'Budget left',
            expr: recorded(SLO_SERIES.budgetLeft),
            properties: coloredBy('red', [0, 'orange'], [0.25, 'green']),
          },
          { legend: 'Errors, 5 minutes', expr: recorded(errorRatio('5m')) },
          { legend: 'Errors, 1 hour', expr: recorded(errorRatio('1h')) },
          {
            legend: 'Burn rate, 5 minutes',
            unit: 'none',
            expr: recorded(SLO_SERIES.burnNow),
            properties: coloredBy('green', [1, 'orange'], [FAST_BURN, 'red']),
          },
          {
            legend: 'Burn rate, period',
            unit: 'none',
            expr: recorded(SLO_SERIES.burnOverPeriod),
            properties: coloredBy('green', [1, 'red']),
          },
          { legend: 'Period', unit: 'd', expr: recorded(SLO_SERIES.period) },
        ],
        to: 'calls',
      }),
    ],
    [
      stateTimeline({
        title: 'Objectives over time',
        description: `Kept while the burn rate of the last 5 minutes is below 1; from ${FAST_BURN} on a budget of 30 days is gone in two.`,
        unit: 'none',
        states: [
          { text: 'kept', color: 'green' },
          { text: 'spending', color: 'orange' },
          { text: 'burning', color: 'red' },
        ],
        queries: [
          {
            expr: `(${recorded(SLO_SERIES.burnNow)} >= bool 1) + (${recorded(SLO_SERIES.burnNow)} >= bool ${FAST_BURN})`,
            legend: OBJECTIVE_LEGEND,
          },
        ],
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'Error budget left',
        description: 'Of the period’s budget; below 0 the objective is broken.',
        unit: 'percentunit',
        max: 1,
        queries: [{ expr: recorded(SLO_SERIES.budgetLeft), legend: OBJECTIVE_LEGEND }],
        to: 'calls',
      }),
      timeSeries({
        title: 'Burn rate',
        description: 'Over 5 minutes: how many times faster than it may the budget is spent.',
        unit: 'none',
        min: 0,
        limit: 1,
        queries: [{ expr: recorded(SLO_SERIES.burnNow), legend: OBJECTIVE_LEGEND }],
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'Errors, 1 hour',
        description: 'Share of bad events over an hour.',
        unit: 'percentunit',
        min: 0,
        queries: [{ expr: recorded(errorRatio('1h')), legend: OBJECTIVE_LEGEND }],
        to: 'calls',
      }),
      timeSeries({
        title: 'Objectives without a budget',
        description:
          'Values over 5 minutes, each in its own unit: of a lower limit or a plain threshold nothing can be spent.',
        unit: 'none',
        queries: [{ expr: recorded(VALUE), legend: OBJECTIVE_LEGEND }],
        to: 'calls',
      }),
    ],
  ],
}
