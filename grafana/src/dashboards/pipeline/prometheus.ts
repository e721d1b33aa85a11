import { OTLP_HANDLER, PROMETHEUS } from '../../foreign-names.ts'
import type { Section } from '../../layout.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { perSecond, ratio, sumBy, where } from '../../promql.ts'

const OTLP = where('handler', '=', OTLP_HANDLER)

export const prometheus: Section = {
  title: 'Prometheus',
  lines: [
    [
      timeSeries({
        title: 'Samples ingested',
        description: 'Samples a second, floats and native histograms.',
        unit: 'ops',
        min: 0,
        queries: [{ expr: sumBy(['type'], perSecond(PROMETHEUS.appended)), legend: '{{type}}' }],
        to: 'overview',
      }),
      timeSeries({
        title: 'Samples refused',
        description: 'Samples a second that came out of order beyond the window, or too late.',
        unit: 'ops',
        min: 0,
        queries: [
          { expr: sumBy([], perSecond(PROMETHEUS.outOfOrder)), legend: 'out of order' },
          { expr: sumBy([], perSecond(PROMETHEUS.tooOld)), legend: 'too old' },
        ],
        to: 'overview',
      }),
      timeSeries({
        title: 'OTLP requests by status',
        description:
          'Requests a second to the OTLP receiver. A 400 is data that Prometheus will not take, such as one series with two writers.',
        unit: 'reqps',
        min: 0,
        queries: [
          {
            expr: sumBy(['code'], perSecond(`${PROMETHEUS.requests}{${OTLP}}`)),
            legend: '{{code}}',
          },
        ],
        to: 'overview',
      }),
    ],
    [
      timeSeries({
        title: 'Series in memory',
        description: 'Of all programs, whatever is chosen above. Memory grows with them.',
        unit: 'short',
        min: 0,
        queries: [{ expr: sumBy([], PROMETHEUS.headSeries), legend: 'series' }],
        to: 'overview',
      }),
      timeSeries({
        title: 'Rule evaluations that failed',
        description:
          'Rules a second that could not be evaluated, by group: alerts that cannot fire.',
        unit: 'ops',
        min: 0,
        queries: [
          {
            expr: sumBy(['rule_group'], perSecond(PROMETHEUS.ruleFailures)),
            legend: '{{rule_group}}',
          },
        ],
        to: 'overview',
      }),
      timeSeries({
        title: 'Time for rules',
        description:
          'What the last evaluation of each group took, of its interval. At 1 evaluations are left out.',
        unit: 'percentunit',
        min: 0,
        limit: 1,
        queries: [
          {
            expr: ratio(
              sumBy(['rule_group'], PROMETHEUS.ruleSeconds),
              sumBy(['rule_group'], PROMETHEUS.ruleInterval),
            ),
            legend: '{{rule_group}}',
          },
        ],
        to: 'overview',
      }),
    ],
  ],
}
