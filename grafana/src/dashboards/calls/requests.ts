import { ROLES, ROLES_LEGEND, ERROR, HOST, HOST_LEGEND } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { label } from '../../names.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { counted, maxBy, observed, quantile, select, share, summed, where } from '../../promql.ts'

const STATUS = label('status')

export const requests: Section = {
  title: 'Requests and retries',
  lines: [
    [
      timeSeries({
        title: 'Requests by status',
        description:
          'Requests a second on the network by status; those without one by their error.',
        unit: 'reqps',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: observed('requestDuration', [STATUS], [where(STATUS, '!=', '')]),
            legend: `{{${STATUS}}}`,
          },
          {
            expr: observed('requestDuration', [ERROR], [where(STATUS, '=', '')]),
            legend: `{{${ERROR}}}`,
          },
        ],
        to: 'limits',
      }),
      timeSeries({
        title: 'Retries per call',
        description:
          'Requests sent again for each call that ended, by host; redirects do not count.',
        unit: 'none',
        min: 0,
        queries: [
          {
            expr: share(summed('callResends', HOST), observed('callDuration', HOST)),
            legend: HOST_LEGEND,
          },
        ],
        to: 'limits',
      }),
    ],
    [
      timeSeries({
        title: 'Decisions to retry',
        description:
          'What was decided after a failed request, a second: retried, or given up, and why.',
        unit: 'ops',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: counted('retryDecisions', [label('retryResult')]),
            legend: `{{${label('retryResult')}}}`,
          },
        ],
        to: 'limits',
      }),
      timeSeries({
        title: 'Retry budget spent',
        description:
          'Share of the budget of retries that is spent, by host. At 1 nothing is retried: the host needs help, not more requests.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        limit: 1,
        queries: [{ expr: maxBy(HOST, select('retryBudgetUtilization')), legend: HOST_LEGEND }],
        to: 'limits',
      }),
      timeSeries({
        title: 'Backoff of retried calls, p95',
        description: 'What waiting between retries cost the calls that were retried, by role.',
        unit: 's',
        min: 0,
        queries: [{ expr: quantile(0.95, 'retryDelay', ROLES), legend: ROLES_LEGEND }],
        to: 'limits',
      }),
    ],
  ],
}
