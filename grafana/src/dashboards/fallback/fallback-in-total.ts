import { TIER, SOURCE, SERVED, SUCCESS, ASKED } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { bars } from '../../panels/bars.ts'
import { thresholds } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { counted, inTheRun, observed, quantile, ratio, share } from '../../promql.ts'

export const whole: Section = {
  title: 'The runs as a whole',
  lines: [
    [
      stat({
        title: 'Work items',
        description: 'Work items of the chosen runs that were served or given up.',
        unit: 'short',
        decimals: 0,
        expr: observed('fallbackDuration', [], [], inTheRun),
        to: 'overview',
      }),
      stat({
        title: 'Yield',
        description: 'Share of the work items that some source served.',
        unit: 'percentunit',
        decimals: 1,
        expr: share(
          observed('fallbackDuration', [], SERVED, inTheRun),
          observed('fallbackDuration', [], [], inTheRun),
        ),
        colors: thresholds('red', [0.5, 'orange'], [0.9, 'green']),
        to: 'overview',
      }),
      stat({
        title: 'Time to first success, p95',
        description:
          'From the first source asked to the first that served, of the works that were served.',
        unit: 's',
        expr: quantile(0.95, 'fallbackDuration', [], SERVED, inTheRun),
        to: 'calls',
      }),
      stat({
        title: 'Sources asked per work',
        description: 'How many sources a work item needed; skipped ones do not count.',
        unit: 'none',
        decimals: 2,
        expr: ratio(
          counted('fallbackAttempts', [], ASKED, inTheRun),
          observed('fallbackDuration', [], [], inTheRun),
        ),
        to: 'calls',
      }),
    ],
    [
      bars({
        title: 'Yield by tier',
        description:
          'Of all work items, the share that each tier served; “none” is what no tier did.',
        unit: 'percentunit',
        max: 1,
        colors: thresholds('blue'),
        queries: [
          {
            expr: ratio(
              observed('fallbackDuration', [TIER], [], inTheRun),
              `scalar(${observed('fallbackDuration', [], [], inTheRun)})`,
            ),
            legend: `{{${TIER}}}`,
          },
        ],
        to: 'overview',
      }),
      bars({
        title: 'Yield by source',
        description: 'How often a source served when it was asked.',
        unit: 'percentunit',
        max: 1,
        colors: thresholds('red', [0.25, 'orange'], [0.75, 'green']),
        queries: [
          {
            expr: share(
              counted('fallbackAttempts', [TIER, SOURCE], SUCCESS, inTheRun),
              counted('fallbackAttempts', [TIER, SOURCE], ASKED, inTheRun),
            ),
            legend: `{{${TIER}}} / {{${SOURCE}}}`,
          },
        ],
        to: 'limits',
      }),
    ],
  ],
}
