import { OUTCOME_COLORS } from '../../colors.ts'
import { TIER, FAILED, SERVED } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { label } from '../../names.ts'
import { heatmap } from '../../panels/heatmap.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { buckets, observed, quantile, share } from '../../promql.ts'

export const works: Section = {
  title: 'Work items',
  lines: [
    [
      timeSeries({
        title: 'Works by the tier that served',
        description: 'Work items a second; “none” is what no tier served.',
        unit: 'ops',
        stacked: true,
        min: 0,
        colors: { none: OUTCOME_COLORS.failure },
        queries: [{ expr: observed('fallbackDuration', [TIER]), legend: `{{${TIER}}}` }],
        to: 'calls',
      }),
      timeSeries({
        title: 'Yield',
        description: 'Share of the work items that some source served, by service.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            expr: share(
              observed('fallbackDuration', [label('serviceName')], SERVED),
              observed('fallbackDuration', [label('serviceName')]),
            ),
            legend: `{{${label('serviceName')}}}`,
          },
        ],
        to: 'overview',
      }),
    ],
    [
      heatmap({
        title: 'Time to first success',
        description:
          'Of the works that were served: from the first source asked to the first that served.',
        unit: 's',
        cells: 'ops',
        buckets: buckets('fallbackDuration', SERVED),
        to: 'calls',
      }),
      timeSeries({
        title: 'Time to first success by tier, median and p95',
        description: 'A later tier comes later: what it costs to be served by it.',
        unit: 's',
        min: 0,
        queries: [0.5, 0.95].map((q) => ({
          expr: quantile(q, 'fallbackDuration', [TIER], SERVED),
          legend: `p${q * 100} {{${TIER}}}`,
        })),
        to: 'calls',
      }),
      timeSeries({
        title: 'Time to giving up, p95',
        description: 'Of the works that no source served: what a failure costs.',
        unit: 's',
        min: 0,
        queries: [{ expr: quantile(0.95, 'fallbackDuration', [], FAILED), legend: 'p95' }],
        to: 'calls',
      }),
    ],
  ],
}
