import { diag, DiagLogLevel, type ObservableCallback } from '@opentelemetry/api'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createCells, type Cells } from '../../src/index.ts'
import { handClock } from '../support/clock.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { told } from '../support/told-metric.ts'

afterEach(() => diag.disable())

const values = (cells: Cells) =>
  told(scopesOf(cells)).flatMap(({ name, points }) => points.map(({ value }) => [name, value]))

function gauge(name: string) {
  const cells = createCells({ clock: handClock() })
  const meter = cells.meterProvider.getMeter('app')
  return { cells, meter, observable: meter.createObservableGauge(name) }
}

describe('an observable', () => {
  test('is asked at each collection, and once however often its callback was added', () => {
    const { cells, observable } = gauge('size')
    let asked = 0
    const callback: ObservableCallback = (result) => result.observe((asked += 1))
    observable.addCallback(callback)
    observable.addCallback(callback)

    const collections = [values(cells), values(cells)]

    expect(collections).toEqual([[['size', 1]], [['size', 2]]])
  })

  test('is not asked any more when its callback is removed', () => {
    const { cells, observable } = gauge('size')
    const callback: ObservableCallback = (result) => result.observe(1)
    observable.addCallback(callback)
    observable.removeCallback(callback)
    observable.removeCallback(callback)

    expect(values(cells)).toEqual([])
  })

  test('reports only what was observed last, not what once was', () => {
    const { cells, observable } = gauge('size')
    const queues = new Set(['a', 'b'])
    observable.addCallback((result) => {
      for (const queue of queues) result.observe(queue === 'a' ? 1 : 2, { queue })
    })

    const before = values(cells)
    queues.delete('a')
    const after = values(cells)

    expect([before, after]).toEqual([
      [
        ['size', 1],
        ['size', 2],
      ],
      [['size', 2]],
    ])
  })

  test('that is asynchronous reports what it last said, and is not asked again before it answers', async () => {
    const { cells, observable } = gauge('size')
    const answers: (() => void)[] = []
    const callback = vi.fn<ObservableCallback>(async (result) => {
      const value = callback.mock.calls.length
      await new Promise<void>((resolve) => answers.push(resolve))
      result.observe(value)
    })
    observable.addCallback(callback)

    const asked = [values(cells), values(cells)]
    answers.shift()?.()
    await vi.waitUntil(() => callback.mock.settledResults[0]?.type === 'fulfilled')
    const answered = [values(cells), values(cells)]

    expect(asked).toEqual([[], []])
    expect(answered).toEqual([[['size', 1]], [['size', 1]]])
    expect(callback).toHaveBeenCalledTimes(2)
  })

  test('whose callback throws or rejects takes nothing from the others', async () => {
    const errors: unknown[] = []
    const nothing = (): void => {}
    diag.setLogger(
      {
        error: (message) => errors.push(message),
        warn: nothing,
        info: nothing,
        debug: nothing,
        verbose: nothing,
      },
      DiagLogLevel.ERROR,
    )
    const { cells, meter, observable } = gauge('thrown')
    observable.addCallback(() => {
      throw new Error('mine')
    })
    meter.createObservableGauge('rejected').addCallback(() => Promise.reject(new Error('mine')))
    meter.createObservableGauge('good').addCallback((result) => result.observe(1))

    const collections = [values(cells), values(cells)]
    await Promise.resolve()

    expect(collections).toEqual([[['good', 1]], [['good', 1]]])
    expect(errors).toEqual([
      expect.stringContaining('a callback of thrown failed'),
      expect.stringContaining('a callback of rejected failed'),
    ])
  })

  test('of a batch is told only by a callback that names it', () => {
    const { cells, meter, observable } = gauge('named')
    const other = meter.createObservableGauge('other')
    const callback = (
      result: Parameters<Parameters<typeof meter.addBatchObservableCallback>[0]>[0],
    ) => {
      result.observe(observable, 1)
      result.observe(other, 2)
    }
    meter.addBatchObservableCallback(callback, [observable])

    const before = values(cells)
    meter.removeBatchObservableCallback(callback, [observable])

    expect([before, values(cells)]).toEqual([[['named', 1]], []])
  })
})
