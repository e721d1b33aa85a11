import { RATE_COLORS } from '../../colors.ts'
import { RESULT, WHO, WHO_LEGEND, KEPT_OUT } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { heatmap } from '../../panels/heatmap.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { buckets, counted, quantile, select, share, sumBy } from '../../promql.ts'

export const limiters: Section = {
  title: 'Limiters',
  lines: [
    [
      heatmap({
        title: 'Wait for the limiter',
        description:
          'How the waits spread over the histogram’s buckets. The lowest is for those that did not wait.',
        unit: 's',
        cells: 'reqps',
        buckets: buckets('rateTimeInQueue'),
        to: 'calls',
      }),
      timeSeries({
        title: 'Wait for the limiter, p95 by host or source',
        description: 'Whose limit holds the program up.',
        unit: 's',
        min: 0,
        queries: [{ expr: quantile(0.95, 'rateTimeInQueue', WHO), legend: WHO_LEGEND }],
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'Decisions of the limiters',
        description: 'Requests a second by what the limiter decided.',
        unit: 'reqps',
        stacked: true,
        min: 0,
        colors: RATE_COLORS,
        queries: [{ expr: counted('rateRequests', [RESULT]), legend: `{{${RESULT}}}` }],
        to: 'calls',
      }),
      timeSeries({
        title: 'Share held back by host or source',
        description: 'Requests that the limiter refused or skipped, of all that came to it.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            expr: share(counted('rateRequests', WHO, KEPT_OUT), counted('rateRequests', WHO)),
            legend: WHO_LEGEND,
          },
        ],
        to: 'fallback',
      }),
      timeSeries({
        title: 'Waiting now',
        description: 'Requests that wait for a limiter, as of the last export.',
        unit: 'short',
        stacked: true,
        min: 0,
        queries: [{ expr: sumBy(WHO, select('rateQueued')), legend: WHO_LEGEND }],
        to: 'calls',
      }),
    ],
  ],
}
