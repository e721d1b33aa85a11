import { OUTCOME_COLORS } from '../../colors.ts'
import { TIER, SOURCE, OUTCOME, SUCCESS } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { label } from '../../names.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { counted, where } from '../../promql.ts'

const REASON = label('fallbackReason')
const SKIPPED = [where(OUTCOME, '=', 'skipped')]
const NOT_SERVED = [where(OUTCOME, '=~', 'failure|rejected')]

export const sources: Section = {
  title: 'Sources',
  lines: [
    [
      timeSeries({
        title: 'Attempts by outcome',
        description:
          'Sources asked or skipped, a second, by what came of it; rejected is an answer that the program did not accept.',
        unit: 'ops',
        stacked: true,
        min: 0,
        colors: OUTCOME_COLORS,
        queries: [{ expr: counted('fallbackAttempts', [OUTCOME]), legend: `{{${OUTCOME}}}` }],
        to: 'calls',
      }),
      timeSeries({
        title: 'Works served by source',
        description: 'Successes a second of each source.',
        unit: 'ops',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: counted('fallbackAttempts', [TIER, SOURCE], SUCCESS),
            legend: `{{${TIER}}} / {{${SOURCE}}}`,
          },
        ],
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'Why sources failed',
        description: 'Sources that were asked and did not serve, a second, by reason.',
        unit: 'ops',
        stacked: true,
        min: 0,
        queries: [
          { expr: counted('fallbackAttempts', [REASON], NOT_SERVED), legend: `{{${REASON}}}` },
        ],
        to: 'calls',
      }),
      timeSeries({
        title: 'Why sources were skipped',
        description:
          'Sources that were not asked at all, a second, by reason: an open breaker, a limit that is spent.',
        unit: 'ops',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: counted('fallbackAttempts', [REASON, SOURCE], SKIPPED),
            legend: `{{${REASON}}}: {{${SOURCE}}}`,
          },
        ],
        to: 'limits',
      }),
    ],
  ],
}
