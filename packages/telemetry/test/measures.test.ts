import { apiMeasures, createCells } from '../src/index.ts'
import { exerciseMeasures } from './measures-conformance.ts'
import { handClock } from './support/clock.ts'
import { sdkMetrics } from './support/sdk-metrics.ts'
import { scopesOf } from './support/scopes-of.ts'
import { told } from './support/told-metric.ts'

exerciseMeasures('cells', (options) => {
  const cells = createCells({ clock: handClock(), ...options })
  return { measures: cells.measures, collect: async () => told(scopesOf(cells)) }
})

exerciseMeasures('API instruments over the SDK', (options) => {
  const { provider, collect } = sdkMetrics()
  return { measures: apiMeasures(provider, options), collect: async () => told(await collect()) }
})

exerciseMeasures('API instruments over cells', (options) => {
  const cells = createCells({ clock: handClock() })
  return {
    measures: apiMeasures(cells.meterProvider, options),
    collect: async () => told(scopesOf(cells)),
  }
})
