import { FAILED } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { thresholds } from '../../panels/panel.ts'
import { stat } from '../../panels/stat.ts'
import { inTheRun, observed, quantile, ratio, share } from '../../promql.ts'

export const whole: Section = {
  title: 'The runs as a whole',
  lines: [
    [
      stat({
        title: 'Calls',
        description:
          'Calls of the chosen runs, counted exactly: a run that began earlier is counted whole.',
        unit: 'short',
        decimals: 0,
        expr: observed('callDuration', [], [], inTheRun),
        to: 'overview',
      }),
      stat({
        title: 'Failed calls',
        description:
          'Share of the calls that ended in an error or a status of 400 and above, after all retries.',
        unit: 'percentunit',
        decimals: 2,
        expr: share(
          observed('callDuration', [], FAILED, inTheRun),
          observed('callDuration', [], [], inTheRun),
        ),
        colors: thresholds('green', [0.01, 'orange'], [0.05, 'red']),
        to: 'limits',
      }),
      stat({
        title: 'Duration, p95',
        description:
          'Of a call, cache, waits, redirects and retries included, to the headers of its final response.',
        unit: 's',
        expr: quantile(0.95, 'callDuration', [], [], inTheRun),
        to: 'limits',
      }),
      stat({
        title: 'Requests per call',
        description:
          'Requests that reached the network for each call: below 1 the cache answers, above 1 calls are retried or redirected.',
        unit: 'none',
        decimals: 2,
        expr: ratio(
          observed('requestDuration', [], [], inTheRun),
          observed('callDuration', [], [], inTheRun),
        ),
        to: 'limits',
      }),
    ],
  ],
}
