import { RECORDED_COLORS, STATE_COLORS } from '../../colors.ts'
import { SCOPE, RECORDED, NEW, WHO, WHO_LEGEND } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { label } from '../../names.ts'
import { heatmap } from '../../panels/heatmap.ts'
import { stateTimeline } from '../../panels/state-timeline.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { buckets, counted, quantile, select, sumBy, where } from '../../promql.ts'

const STATE = label('breakerState')
const OLD = label('breakerOldState')

/** Whether breakers are in a state, as 1 or 0: entered more often than left. Every change is counted from 0 on. */
function inState(state: string): string {
  const changes = (side: string): string =>
    counted('breakerStateChanges', [...WHO, SCOPE], [where(side, '=', state)], now)
  return `(${changes(NEW)} > bool ${changes(OLD)})`
}

/** The last value that a breaker's process exported. */
const now = (series: string): string => `last_over_time(${series}[$__rate_interval])`

export const breakers: Section = {
  title: 'Circuit breakers',
  lines: [
    [
      stateTimeline({
        title: 'Breakers by host or source',
        description:
          'The state of each breaker at each export, told from its state changes; the worst where several processes have one.',
        unit: 'none',
        states: [
          { text: 'closed', color: STATE_COLORS.closed },
          { text: 'half open', color: STATE_COLORS.half_open },
          { text: 'open', color: STATE_COLORS.open },
          { text: 'open, others half open', color: STATE_COLORS.open },
        ],
        queries: [
          {
            expr: `2 * ${inState('open')} + ${inState('half_open')}`,
            legend: `${WHO_LEGEND} ({{${SCOPE}}})`,
          },
        ],
        to: 'fallback',
      }),
      timeSeries({
        title: 'Breakers by state',
        description: 'How many breakers are in each state now, in all chosen runs.',
        unit: 'short',
        stacked: true,
        min: 0,
        colors: STATE_COLORS,
        queries: [{ expr: sumBy([STATE], select('breakerCount')), legend: `{{${STATE}}}` }],
        to: 'calls',
      }),
    ],
    [
      timeSeries({
        title: 'State changes',
        description: 'Changes a minute, by the state that was entered.',
        unit: 'cpm',
        min: 0,
        colors: STATE_COLORS,
        queries: [{ expr: `60 * ${counted('breakerStateChanges', [NEW])}`, legend: `{{${NEW}}}` }],
        to: 'calls',
      }),
      timeSeries({
        title: 'Executions by what was recorded',
        description:
          'Executions a second: not_permitted met an open breaker, late ones ended after the state had changed, ignored ones say nothing about the host.',
        unit: 'ops',
        stacked: true,
        min: 0,
        colors: RECORDED_COLORS,
        queries: [{ expr: counted('breakerExecutions', [RECORDED]), legend: `{{${RECORDED}}}` }],
        to: 'calls',
      }),
    ],
    [
      heatmap({
        title: 'How long breakers stay open',
        description:
          'From opening to closing, failed probes included; counted when a breaker closes.',
        unit: 's',
        cells: 'ops',
        buckets: buckets('breakerOpenDuration'),
        to: 'fallback',
      }),
      timeSeries({
        title: 'How long breakers stay open, quantiles',
        description:
          'From opening to closing, by scope. A breaker that never closes again is not in it: see the timeline.',
        unit: 's',
        min: 0,
        queries: [0.5, 0.95].map((q) => ({
          expr: quantile(q, 'breakerOpenDuration', [SCOPE]),
          legend: `p${q * 100} {{${SCOPE}}}`,
        })),
        to: 'fallback',
      }),
    ],
  ],
}
