import { NAMESPACE } from '@plimsoll/semconv'
import type { Section } from '../../layout.ts'
import { label, metric } from '../../names.ts'
import { thresholds } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { countBy, counted, inTheRun, orNone, select, where } from '../../promql.ts'

const SERVICE = label('serviceName')
const RELOAD_RESULT = label('reloadResult')
const LOST = [label('signal'), label('lossReason')]

/** Every series of ours that the variables choose. */
const OURS = [
  where('__name__', '=~', `${NAMESPACE}_.+|${metric('requestDuration')}.*`),
  where(SERVICE, '=~', '$service'),
  where(label('runId'), '=~', '$run'),
]
const OURS_SEEN = inTheRun(`{${OURS.join(',')}}`)
const OVERFLOW = [...OURS, where(label('metricOverflow'), '=', 'true')]
const began = `count(${inTheRun(select('runStartTime'))})`
const ended = `count(${inTheRun(select('runEndTime'))})`

export const programs: Section = {
  title: 'Programs',
  lines: [
    [
      stat({
        title: 'Telemetry lost',
        description:
          'Points, spans and events of the chosen runs that could not be delivered, as the programs count them.',
        unit: 'short',
        decimals: 0,
        expr: counted('telemetryLost', [], [], inTheRun),
        colors: thresholds('green', [1, 'red']),
        to: 'overview',
      }),
      stat({
        title: 'Instances without an end',
        description:
          'Processes and workers that began and left no end marker: they go on, or were cut short. Their runs are incomplete.',
        unit: 'short',
        decimals: 0,
        expr: `${began} - (${orNone(ended, began)})`,
        colors: thresholds('text', [1, 'orange']),
        to: 'overview',
      }),
      stat({
        title: 'Series',
        description: 'Series of the chosen services and runs in the time range.',
        unit: 'short',
        decimals: 0,
        expr: `count(${OURS_SEEN})`,
        to: 'calls',
      }),
      stat({
        title: 'Overflow series',
        description:
          'Series that stand for all label sets beyond a metric’s cap. Where there is one, counts by label are too low.',
        unit: 'short',
        decimals: 0,
        expr: orNone(`count(${inTheRun(`{${OVERFLOW.join(',')}}`)})`, `count(${OURS_SEEN})`),
        colors: thresholds('green', [1, 'orange']),
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'Telemetry lost',
        description: 'A second, by signal and reason.',
        unit: 'ops',
        min: 0,
        queries: [
          {
            expr: counted('telemetryLost', LOST),
            legend: LOST.map((name) => `{{${name}}}`).join(' '),
          },
        ],
        to: 'overview',
      }),
      timeSeries({
        title: 'Configuration reloads',
        description:
          'A second, by result: how often processes took on a changed configuration, or rejected it.',
        unit: 'ops',
        min: 0,
        queries: [
          { expr: counted('configReloads', [RELOAD_RESULT]), legend: `{{${RELOAD_RESULT}}}` },
        ],
        to: 'limits',
      }),
      timeSeries({
        title: 'Series by service',
        description: 'Series alive: each run brings its own, and takes them along.',
        unit: 'short',
        min: 0,
        queries: [{ expr: countBy([SERVICE], `{${OURS.join(',')}}`), legend: `{{${SERVICE}}}` }],
        to: 'calls',
      }),
    ],
  ],
}
