import { resourceFromAttributes } from '@opentelemetry/resources'
import { createCells } from '@plimsoll/telemetry'
import { expect, test } from 'vitest'
import type { Outlet } from '../../src/pipeline/outlet.ts'
import { createPipeline, type PipelineOptions } from '../../src/pipeline/pipeline.ts'

/** A pipeline, and what its outlet hears. */
function setUp(signals: readonly ('logs' | 'metrics')[]) {
  const told: string[] = []
  const outlet: Outlet = {
    send: ({ signal }) => void told.push(`sent ${signal}`),
    wantsMetrics: () => true,
    countLosses: () => void told.push('counted'),
    finish: () => {},
  }
  const routes: PipelineOptions['routes'] = Object.fromEntries(
    signals.map((signal) => [signal, { outlet, format: 'json' }]),
  )
  const cells = createCells()
  cells.measures.bind('runStartTime', {}).record(1)
  const pipeline = createPipeline({
    routes,
    cells,
    resource: resourceFromAttributes({}),
    runId: 'run-1',
    loss: () => {},
    fault: (error) => {
      throw error
    },
  })
  return { pipeline, told }
}

test('what was lost is counted before the snapshot that tells of it', () => {
  const { pipeline, told } = setUp(['logs', 'metrics'])
  pipeline.flush('regular')

  expect(told).toEqual(['counted', 'sent metrics'])
})

test('what was lost is counted for those who scrape, where metrics are written nowhere', () => {
  const { pipeline, told } = setUp(['logs'])
  pipeline.flush('regular')

  expect(told).toEqual(['counted'])
})

test('where only spans and events are written nothing is counted', () => {
  const { pipeline, told } = setUp(['logs', 'metrics'])
  pipeline.flush('none')

  expect(told).toEqual([])
})
