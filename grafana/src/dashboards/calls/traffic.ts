import { ROLES, ROLES_LEGEND, ERROR, HOST, HOST_LEGEND, FAILED } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { observed, share } from '../../promql.ts'

export const traffic: Section = {
  title: 'Calls',
  lines: [
    [
      timeSeries({
        title: 'Calls by role',
        description: 'Calls a second that ended, by what the configuration says they are for.',
        unit: 'reqps',
        stacked: true,
        min: 0,
        queries: [{ expr: observed('callDuration', ROLES), legend: ROLES_LEGEND }],
        to: 'overview',
      }),
      timeSeries({
        title: 'Calls by host',
        description:
          'Calls a second that ended, by the host that was asked. Hosts beyond the cap are _OTHER.',
        unit: 'reqps',
        stacked: true,
        min: 0,
        queries: [{ expr: observed('callDuration', HOST), legend: HOST_LEGEND }],
        to: 'limits',
      }),
    ],
    [
      timeSeries({
        title: 'Failed calls by error',
        description:
          'Calls a second that ended badly, by error type: a status, an error code, or one of ours such as circuit_open.',
        unit: 'reqps',
        stacked: true,
        min: 0,
        queries: [{ expr: observed('callDuration', [ERROR], FAILED), legend: `{{${ERROR}}}` }],
        to: 'limits',
      }),
      timeSeries({
        title: 'Share of failed calls by host',
        description: 'Of the calls to each host, how many ended badly after all retries.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            expr: share(observed('callDuration', HOST, FAILED), observed('callDuration', HOST)),
            legend: HOST_LEGEND,
          },
        ],
        to: 'limits',
      }),
    ],
  ],
}
