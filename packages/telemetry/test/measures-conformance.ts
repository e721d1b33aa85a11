import { ATTRIBUTES as A, INSTRUMENTS, type InstrumentId } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import type { Measures, MeasuresOptions } from '../src/index.ts'
import { histogram, tableMetric } from './support/table-metric.ts'
import type { ToldMetric } from './support/told-metric.ts'

/** An adapter and what a reader sees of it. */
export interface Subject {
  readonly measures: Measures
  readonly collect: () => Promise<ToldMetric[]>
}

const GET = { [A.method.key]: 'GET' }
const LOST = { [A.signal.key]: 'logs', [A.lossReason.key]: 'size_cap' }
const LOST_IN_ANOTHER_ORDER = { [A.lossReason.key]: 'size_cap', [A.signal.key]: 'logs' }

/** What every adapter of the port must do. */
export function exerciseMeasures(
  name: string,
  create: (options?: MeasuresOptions) => Subject,
): void {
  describe(`the measures of ${name}`, () => {
    test('add up what a counter is given', async () => {
      const { measures, collect } = create()

      measures.bind('cacheLookups', GET).record(1)
      measures.bind('cacheLookups', GET).record(2)

      expect(await collect()).toEqual([
        tableMetric('cacheLookups', [{ attributes: GET, value: 3 }]),
      ])
    })

    test('begin a counter and an up-down counter at 0 when they are bound', async () => {
      const { measures, collect } = create()

      measures.bind('cacheLookups', GET)
      measures.bind('rateQueued', {})

      expect(await collect()).toEqual([
        tableMetric('cacheLookups', [{ attributes: GET, value: 0 }]),
        tableMetric('rateQueued', [{ attributes: {}, value: 0 }]),
      ])
    })

    test('report a histogram and a gauge from their first value', async () => {
      const { measures, collect } = create()
      measures.bind('callDuration', GET)
      const gauge = measures.bind('retryBudgetUtilization', {})

      const before = await collect()
      gauge.record(0.5)
      const after = await collect()

      expect(before).toEqual([])
      expect(after).toEqual([
        tableMetric('retryBudgetUtilization', [{ attributes: {}, value: 0.5 }]),
      ])
    })

    test('let an up-down counter fall, and below 0', async () => {
      const { measures, collect } = create()
      const queued = measures.bind('rateQueued', {})

      for (const change of [1, 1, -1, -1, -1]) queued.record(change)

      expect(await collect()).toEqual([tableMetric('rateQueued', [{ attributes: {}, value: -1 }])])
    })

    test('keep the last value of a gauge', async () => {
      const { measures, collect } = create()
      const gauge = measures.bind('retryBudgetUtilization', {})

      gauge.record(0.25)
      gauge.record(0)

      expect(await collect()).toEqual([
        tableMetric('retryBudgetUtilization', [{ attributes: {}, value: 0 }]),
      ])
    })

    test('sort values into buckets, one on a boundary into the lower one', async () => {
      const { measures, collect } = create()
      const resends = measures.bind('callResends', {})

      for (const value of [0, 1, 2, 2, 7, 10, 11]) resends.record(value)

      expect(await collect()).toEqual([
        tableMetric('callResends', [
          {
            attributes: {},
            value: {
              buckets: { boundaries: [1, 2, 3, 4, 5, 10], counts: [2, 2, 0, 0, 0, 2, 1] },
              count: 7,
              sum: 33,
              min: 0,
              max: 11,
            },
          },
        ]),
      ])
    })

    test('know a label set in any order of its keys', async () => {
      const { measures, collect } = create()

      measures.bind('telemetryLost', LOST).record(1)
      measures.bind('telemetryLost', LOST_IN_ANOTHER_ORDER).record(1)

      expect(await collect()).toEqual([
        tableMetric('telemetryLost', [{ attributes: LOST_IN_ANOTHER_ORDER, value: 2 }]),
      ])
    })

    test('tell values apart that look alike: 1 and "1", absent and empty', async () => {
      const { measures, collect } = create()

      for (const value of [1, '1', '', undefined]) {
        measures.bind('cacheLookups', { [A.method.key]: value }).record(1)
      }

      const [metric] = await collect()
      expect(metric?.points).toHaveLength(4)
    })

    test.each(Object.keys(INSTRUMENTS) as InstrumentId[])(
      'name, describe and bound %s as the table says',
      async (id) => {
        const { measures, collect } = create()

        measures.bind(id, {}).record(1)

        const value = INSTRUMENTS[id].kind === 'histogram' ? histogram(id, 1) : 1
        expect(await collect()).toEqual([tableMetric(id, [{ attributes: {}, value }])])
      },
    )

    test('add configured boundaries to a histogram, each once and in order', async () => {
      const boundaries = { [INSTRUMENTS.callResends.name]: [20, 2.5, 3, NaN] }
      const { measures, collect } = create({ boundaries })

      measures.bind('callResends', {}).record(15)

      const [metric] = await collect()
      expect(metric?.points[0]?.value).toMatchObject({
        buckets: {
          boundaries: [1, 2, 2.5, 3, 4, 5, 10, 20],
          counts: [0, 0, 0, 0, 0, 0, 0, 1, 0],
        },
      })
    })

    test('fold what comes after the cap on series into one, for good', async () => {
      const { measures, collect } = create({ maxSeriesPerInstrument: 2 })
      const bind = (source: string) => measures.bind('cacheLookups', { [A.source.key]: source })

      for (const source of ['a', 'b', 'c', 'd', 'a', 'c']) bind(source).record(1)

      expect(await collect()).toEqual([
        tableMetric('cacheLookups', [
          { attributes: { [A.metricOverflow.key]: true }, value: 3 },
          { attributes: { [A.source.key]: 'a' }, value: 2 },
          { attributes: { [A.source.key]: 'b' }, value: 1 },
        ]),
      ])
      expect([bind('a').overflow, bind('c').overflow]).toEqual([false, true])
    })

    test('leave out a negative number where only the positive counts', async () => {
      const { measures, collect } = create()

      measures.bind('cacheLookups', {}).record(-1)
      measures.bind('callDuration', {}).record(-1)

      expect(await collect()).toEqual([tableMetric('cacheLookups', [{ attributes: {}, value: 0 }])])
    })
  })
}
