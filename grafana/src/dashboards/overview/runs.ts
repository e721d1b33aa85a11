import { addressOfRun } from '../../directory.ts'
import { FAILED } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { label } from '../../names.ts'
import { coloredBy, table } from '../../panels/table.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { orNone, countBy, inTheRun, maxBy, observed, select, share } from '../../promql.ts'

const RUN = [label('serviceName'), label('runId')]
const started = inTheRun(select('runStartTime'))
const ended = inTheRun(select('runEndTime'))
const notEnded = `${countBy(RUN, started)} - (${orNone(countBy(RUN, ended), countBy(RUN, started))})`

export const runs: Section = {
  title: 'Runs',
  lines: [
    [
      table({
        title: 'Runs in the time range',
        description:
          'Each execution of a program. “Still running” counts processes and workers without an end marker: they go on, or were cut short. Counts are those of slo-check.',
        unit: 'short',
        keys: [
          { label: label('serviceName'), title: 'Service' },
          {
            label: label('runId'),
            title: 'Run',
            link: addressOfRun('calls'),
          },
        ],
        sortBy: 'Began',
        queries: [
          {
            legend: 'Began',
            unit: 'dateTimeAsIso',
            expr: `1000 * min by (${RUN.join(', ')}) (${started})`,
          },
          {
            legend: 'Lasted',
            unit: 's',
            expr: `${maxBy(RUN, ended)} - min by (${RUN.join(', ')}) (${started})`,
          },
          { legend: 'Instances', expr: countBy(RUN, started) },
          { legend: 'Still running', expr: notEnded, properties: coloredBy('text', [1, 'orange']) },
          { legend: 'Calls', expr: observed('callDuration', RUN, [], inTheRun) },
          {
            legend: 'Failed',
            unit: 'percentunit',
            expr: share(
              observed('callDuration', RUN, FAILED, inTheRun),
              observed('callDuration', RUN, [], inTheRun),
            ),
            properties: coloredBy('green', [0.01, 'orange'], [0.05, 'red']),
          },
        ],
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'Calls',
        description: 'Calls a second that ended, by service.',
        unit: 'reqps',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: observed('callDuration', [label('serviceName')]),
            legend: `{{${label('serviceName')}}}`,
          },
        ],
        to: 'calls',
      }),
      timeSeries({
        title: 'Share of failed calls',
        description: 'Of the calls that ended, by service.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            expr: share(
              observed('callDuration', [label('serviceName')], FAILED),
              observed('callDuration', [label('serviceName')]),
            ),
            legend: `{{${label('serviceName')}}}`,
          },
        ],
        to: 'calls',
      }),
    ],
  ],
}
