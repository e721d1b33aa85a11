import { RECORDED, NEW, KEPT_OUT } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { thresholds } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { counted, inTheRun, quantile, share, where } from '../../promql.ts'

const OPENED = [where(NEW, '=', 'open')]
const REFUSED = [where(RECORDED, '=', 'not_permitted')]

export const whole: Section = {
  title: 'The runs as a whole',
  lines: [
    [
      stat({
        title: 'Requests held back',
        description:
          'Share of the requests to the limiters that were not let through: refused, or skipped because they may not wait.',
        unit: 'percentunit',
        decimals: 2,
        expr: share(
          counted('rateRequests', [], KEPT_OUT, inTheRun),
          counted('rateRequests', [], [], inTheRun),
        ),
        colors: thresholds('green', [0.01, 'orange'], [0.1, 'red']),
        to: 'calls',
      }),
      stat({
        title: 'Wait for the limiter, p95',
        description: 'Of requests that were let through or gave up.',
        unit: 's',
        expr: quantile(0.95, 'rateTimeInQueue', [], [], inTheRun),
        to: 'calls',
      }),
      stat({
        title: 'Breakers opened',
        description: 'How often a breaker opened, probes that failed included.',
        unit: 'short',
        decimals: 0,
        expr: counted('breakerStateChanges', [], OPENED, inTheRun),
        colors: thresholds('green', [1, 'orange']),
        to: 'calls',
      }),
      stat({
        title: 'Calls refused by breakers',
        description: 'Share of the executions that an open breaker did not permit.',
        unit: 'percentunit',
        decimals: 2,
        expr: share(
          counted('breakerExecutions', [], REFUSED, inTheRun),
          counted('breakerExecutions', [], [], inTheRun),
        ),
        colors: thresholds('green', [0.01, 'orange'], [0.1, 'red']),
        to: 'calls',
      }),
    ],
  ],
}
