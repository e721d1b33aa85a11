import { createEngine } from '@plimsoll/promql'
import { check, embeddedSource, parseSpecs, type ObjectiveReport } from '@plimsoll/slo-check'
import { expect, test } from 'vitest'
import { START } from '../otlp-lines.ts'
import { ratio, raw, sloText } from '../spec-text.ts'

const NANOSECONDS = '000000000'

/** An exponential histogram of nine observations. */
const LINE = JSON.stringify({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'harvest' } }] },
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'work',
              exponentialHistogram: {
                aggregationTemporality: 2,
                dataPoints: [
                  {
                    startTimeUnixNano: `${START}${NANOSECONDS}`,
                    timeUnixNano: `${START + 10}${NANOSECONDS}`,
                    count: '9',
                    sum: 12,
                    scale: 3,
                    zeroCount: '0',
                    positive: { offset: 0, bucketCounts: ['4', '5'] },
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
})

async function judged(indicator: string, window: boolean): Promise<ObjectiveReport> {
  using source = await embeddedSource({
    engine: await createEngine(),
    files: [{ name: 'work.jsonl', lines: LINE }],
    description: { kind: 'otlp-files', name: 'work.jsonl', files: ['work.jsonl'] },
    wantedRun: null,
    window: window ? { seconds: 60, at: null } : null,
  })
  const specs = parseSpecs([{ name: 'slo.yaml', text: sloText({ indicator }) }])
  const { objectives } = await check({ specs, source })
  return objectives[0]!
}

test.each<[boolean, string]>([
  [false, 'histogram_count(sum(last_over_time(work[$window])))'],
  [true, 'histogram_count(sum(increase(work[$window] anchored)))'],
])(
  'a native histogram is no count; what to write is said, and counts (window: %j)',
  async (window, advice) => {
    const counted = await judged(ratio('work', 'work'), window)
    const written = await judged(ratio(advice, advice), window)

    expect(counted).toMatchObject({ verdict: 'inconclusive', total: null })
    expect(counted.reason).toContain(`gives a native histogram, not a number; write ${advice}`)
    expect(written).toMatchObject({ verdict: 'pass', good: 9, total: 9, counting: 'raw' })
  },
)

test('an expression that gives one is no number either', async () => {
  const { verdict, reason } = await judged(raw('sum(work)', 'success'), false)

  expect(verdict).toBe('inconclusive')
  expect(reason).toContain('put histogram_count(…) around it')
})

test.each(['work_count', 'work_sum'])(
  'its count and sum have no series of their own (%s); where they were is said, and what to write',
  async (metric) => {
    const { verdict, reason } = await judged(ratio(metric, metric), false)

    expect(verdict).toBe('no_data')
    expect(reason).toContain(
      `never recorded the metric ${metric}: work is a native histogram there, which has no series beside it`,
    )
    const read = metric.replace('work', 'histogram')
    expect(reason).toContain(`write ${read}(sum(last_over_time(work[$window])))`)
    const advice = `${read}(sum(last_over_time(work[$window])))`
    expect(await judged(ratio(advice, advice), false)).toMatchObject({ verdict: 'pass' })
  },
)
