import { HOST, HOST_LEGEND } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { heatmap } from '../../panels/heatmap.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { buckets, quantile } from '../../promql.ts'

const quantiles = (id: 'callDuration' | 'requestDuration') =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, id), legend: `p${q * 100}` }))

export const durations: Section = {
  title: 'Duration',
  lines: [
    [
      heatmap({
        title: 'Duration of calls',
        description: 'How the calls that ended spread over the histogram’s buckets.',
        unit: 's',
        cells: 'reqps',
        buckets: buckets('callDuration'),
        to: 'limits',
      }),
      timeSeries({
        title: 'Duration of calls, quantiles',
        description: 'Interpolated inside a bucket; the boundaries are in docs/signals.md.',
        unit: 's',
        min: 0,
        queries: quantiles('callDuration'),
        to: 'limits',
      }),
    ],
    [
      heatmap({
        title: 'Duration of requests',
        description: 'One exchange on the network each, without waits and retries.',
        unit: 's',
        cells: 'reqps',
        buckets: buckets('requestDuration'),
        to: 'limits',
      }),
      timeSeries({
        title: 'Duration of requests, p95 by host',
        description: 'Which host is slow: one exchange on the network, to its response headers.',
        unit: 's',
        min: 0,
        queries: [{ expr: quantile(0.95, 'requestDuration', HOST), legend: HOST_LEGEND }],
        to: 'limits',
      }),
    ],
  ],
}
