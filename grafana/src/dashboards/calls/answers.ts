import { CACHE_COLORS, RETRY_AFTER_COLORS } from '../../colors.ts'
import { ROLES, ROLES_LEGEND, HOST, HOST_LEGEND } from '../../groups.ts'
import type { Section } from '../../layout.ts'
import { label } from '../../names.ts'
import { timeSeries } from '../../panels/time-series.ts'
import { counted, observed, quantile, share, where } from '../../promql.ts'

const CACHE = label('cacheResult')
const FROM_CACHE = [where(CACHE, '!~', 'bypass|miss')]

export const answers: Section = {
  title: 'Answers',
  lines: [
    [
      timeSeries({
        title: 'Cache look-ups',
        description: 'Look-ups a second in the HTTP cache by how they were answered.',
        unit: 'ops',
        stacked: true,
        min: 0,
        colors: CACHE_COLORS,
        queries: [{ expr: counted('cacheLookups', [CACHE]), legend: `{{${CACHE}}}` }],
        to: 'overview',
      }),
      timeSeries({
        title: 'Share answered from the cache',
        description:
          'Look-ups that the cache answered, revalidated and stale answers included, by role.',
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            expr: share(counted('cacheLookups', ROLES, FROM_CACHE), counted('cacheLookups', ROLES)),
            legend: ROLES_LEGEND,
          },
        ],
        to: 'overview',
      }),
    ],
    [
      timeSeries({
        title: 'Corrupt bodies',
        description:
          'Bodies a second that did not match their digest, or ended short of their length. All hosts: the metric tells none apart.',
        unit: 'ops',
        min: 0,
        queries: [
          {
            expr: counted('corruptBodies', [label('corruptionReason')]),
            legend: `{{${label('corruptionReason')}}}`,
          },
        ],
        to: 'fallback',
      }),
      timeSeries({
        title: 'Requests to wait',
        description: 'Retry-After headers a second, by what became of them.',
        unit: 'ops',
        stacked: true,
        min: 0,
        colors: RETRY_AFTER_COLORS,
        queries: [
          {
            expr: observed('retryAfterDuration', [label('retryAfterAction')]),
            legend: `{{${label('retryAfterAction')}}}`,
          },
        ],
        to: 'limits',
      }),
      timeSeries({
        title: 'How long servers ask to wait, p95',
        description: 'By host. What is longer than the cap of the configuration is not waited for.',
        unit: 's',
        min: 0,
        queries: [{ expr: quantile(0.95, 'retryAfterDuration', HOST), legend: HOST_LEGEND }],
        to: 'limits',
      }),
    ],
  ],
}
