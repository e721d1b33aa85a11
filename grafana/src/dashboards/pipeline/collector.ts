import { SIGNALS } from '@plimsoll/semconv'
import { COLLECTOR, COLLECTOR_ITEMS } from '../../foreign-names.ts'
import type { Section } from '../../layout.ts'
import { type Query } from '../../panels/panel.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { orNone, perSecond, ratio, sumBy } from '../../promql.ts'

/** One query for each signal: the Collector names them in the metric. */
function bySignal(prefix: string, by: string): readonly Query[] {
  return SIGNALS.map((signal) => ({
    expr: sumBy([by], perSecond(`${prefix}${COLLECTOR_ITEMS[signal]}`)),
    legend: `${signal} {{${by}}}`,
  }))
}

/** Whether a Collector is scraped at all. */
const ANY = `sum(${COLLECTOR.uptime})`

/** The same where a healthy Collector has no such metric at all. */
function faultsBySignal(prefix: string): readonly Query[] {
  return SIGNALS.map((signal) => ({
    expr: orNone(sumBy([], perSecond(`${prefix}${COLLECTOR_ITEMS[signal]}`)), ANY),
    legend: signal,
  }))
}

export const collector: Section = {
  title: 'Collector',
  lines: [
    [
      timeSeries({
        title: 'Received',
        description:
          'Metric points, spans and log records a second that the receivers accepted, by transport.',
        unit: 'ops',
        min: 0,
        queries: bySignal(COLLECTOR.accepted, 'transport'),
        to: 'calls',
      }),
      timeSeries({
        title: 'Refused',
        description:
          'Items a second that the pipeline behind the receivers did not take: the memory limiter, a full queue. Senders try again.',
        unit: 'ops',
        min: 0,
        queries: faultsBySignal(COLLECTOR.refused),
        to: 'overview',
      }),
      timeSeries({
        title: 'Not readable',
        description: 'Items a second that failed inside the receivers.',
        unit: 'ops',
        min: 0,
        queries: faultsBySignal(COLLECTOR.failed),
        to: 'overview',
      }),
    ],
    [
      timeSeries({
        title: 'Exported',
        description: 'Items a second that arrived, by exporter.',
        unit: 'ops',
        min: 0,
        queries: bySignal(COLLECTOR.sent, 'exporter'),
        to: 'calls',
      }),
      timeSeries({
        title: 'Failed to export',
        description:
          'Items a second that an exporter gave up. What is tried again is not counted: see the queue.',
        unit: 'ops',
        min: 0,
        queries: faultsBySignal(COLLECTOR.sendFailed),
        to: 'overview',
      }),
      timeSeries({
        title: 'Not taken by the queue',
        description: 'Items a second for which a sending queue had no room.',
        unit: 'ops',
        min: 0,
        queries: faultsBySignal(COLLECTOR.enqueueFailed),
        to: 'overview',
      }),
    ],
    [
      timeSeries({
        title: 'Sending queue',
        description:
          'How full the queue of each exporter is. It grows while the backend is away, and survives a restart.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        limit: 0.8,
        queries: [
          {
            expr: ratio(
              sumBy(['exporter', 'data_type'], COLLECTOR.queueSize),
              sumBy(['exporter', 'data_type'], COLLECTOR.queueCapacity),
            ),
            legend: '{{exporter}} {{data_type}}',
          },
        ],
        to: 'overview',
      }),
      timeSeries({
        title: 'Memory of the Collector',
        description:
          'Resident memory of each Collector. Near the limit the memory limiter refuses.',
        unit: 'bytes',
        min: 0,
        queries: [{ expr: sumBy(['instance'], COLLECTOR.memory), legend: '{{instance}}' }],
        to: 'overview',
      }),
    ],
  ],
}
