import { diag, metrics, type Meter, type MeterProvider } from '@opentelemetry/api'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { afterEach, describe, expect, test } from 'vitest'
import { apiMeasures } from '../src/index.ts'
import { diagnosed } from './support/diagnosed.ts'
import { sdkMetrics } from './support/sdk-metrics.ts'
import { tableMetric } from './support/table-metric.ts'
import { told } from './support/told-metric.ts'

afterEach(() => {
  metrics.disable()
  diag.disable()
})

describe('measures of the registered provider', () => {
  test('do nothing while there is none', () => {
    const series = apiMeasures().bind('cacheLookups', {})

    series.record(1)

    expect(series.overflow).toBe(false)
  })

  test('tell one that is registered late what stands, and count from then on', async () => {
    const measures = apiMeasures()
    const lookups = measures.bind('cacheLookups', {})
    const queued = measures.bind('rateQueued', {})
    const utilization = measures.bind('retryBudgetUtilization', {})
    const idle = measures.bind('rateRequests', {})
    lookups.record(5)
    queued.record(1)
    queued.record(1)
    utilization.record(0.75)
    const { provider, collect } = sdkMetrics()

    metrics.setGlobalMeterProvider(provider)
    lookups.record(1)
    queued.record(-1)
    utilization.record(0.5)
    idle.record(0)

    expect(told(await collect())).toEqual([
      tableMetric('cacheLookups', [{ attributes: {}, value: 1 }]),
      tableMetric('rateQueued', [{ attributes: {}, value: 1 }]),
      tableMetric('rateRequests', [{ attributes: {}, value: 0 }]),
      tableMetric('retryBudgetUtilization', [{ attributes: {}, value: 0.5 }]),
    ])
  })
})

describe('a provider that throws', () => {
  const fault = (): never => {
    throw new Error('theirs')
  }

  test('when it is asked for a meter harms nothing and is reported once for each instrument', () => {
    const heard = diagnosed()
    const measures = apiMeasures({ getMeter: fault })

    for (let n = 0; n < 3; n += 1) {
      measures.bind('cacheLookups', { n }).record(1)
      measures.bind('callDuration', { n }).record(1)
    }

    expect(heard).toEqual([
      expect.stringContaining(`instrument ${INSTRUMENTS.cacheLookups.name} failed`),
      expect.stringContaining(`instrument ${INSTRUMENTS.callDuration.name} failed`),
    ])
  })

  test('when it is given a value harms nothing and is reported once', () => {
    const heard = diagnosed()
    let given = 0
    const counter = {
      add: () => {
        given += 1
        fault()
      },
    }
    const meter = { createCounter: () => counter } as unknown as Meter
    const provider: MeterProvider = { getMeter: () => meter }
    const series = apiMeasures(provider).bind('cacheLookups', {})

    series.record(1)
    series.record(1)

    expect(given).toBe(3)
    expect(heard).toHaveLength(1)
  })
})
