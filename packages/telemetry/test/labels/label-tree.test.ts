import { ATTRIBUTES as A, INSTRUMENTS } from '@plimsoll/semconv'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { HOST, LabelTree } from '../../src/labels/label-tree.ts'
import type { Measures, Series } from '../../src/measures.ts'
import { LABELS } from '../../src/recorder/trees.ts'

function bindings(overflow = false) {
  const bind = vi.fn<Measures['bind']>(() => ({ overflow, record: () => {} }))
  return { measures: { bind }, bind }
}

describe('a tree of labels', () => {
  test('binds a series once and finds it again', () => {
    const { measures, bind } = bindings()
    const tree = new LabelTree(measures, 'callDuration', [HOST, A.method, A.role])
    const host = { address: 'a.example', port: 443 }

    const series = [tree.at(host, 'GET', 'data'), tree.at(host, 'GET', 'data')]

    expect(series[0]).toBe(series[1])
    expect(bind.mock.calls).toEqual([
      [
        'callDuration',
        {
          [A.serverAddress.key]: 'a.example',
          [A.serverPort.key]: 443,
          [A.method.key]: 'GET',
          [A.role.key]: 'data',
        },
      ],
    ])
  })

  test('tells any labels apart, in whatever order they are asked for', () => {
    const hosts = [1, 2].map((port) => ({ address: 'a.example', port }))
    const value = fc.option(fc.constantFrom('x', 'y'), { nil: undefined })
    const way = fc.tuple(fc.constantFrom(...hosts), value, value, fc.constantFrom(200, 503))
    fc.assert(
      fc.property(fc.array(way, { minLength: 1 }), (ways) => {
        const { measures, bind } = bindings()
        const labels = [HOST, A.role, A.source, A.status] as const
        const tree = new LabelTree(measures, 'callDuration', labels)
        const known = new Map<string, Series>()

        for (const labels of ways) {
          const key = JSON.stringify(labels)
          const series = tree.at(...labels)
          expect(known.get(key) ?? series).toBe(series)
          known.set(key, series)
        }

        expect(new Set(known.values()).size).toBe(known.size)
        expect(bind).toHaveBeenCalledTimes(known.size)
      }),
    )
  })

  test('gives no attribute for an absent label', () => {
    const { measures, bind } = bindings()
    const tree = new LabelTree(measures, 'callDuration', [HOST, A.method, A.role])

    tree.at({ address: undefined, port: undefined }, 'GET')

    expect(bind.mock.calls).toEqual([['callDuration', { [A.method.key]: 'GET' }]])
  })

  test('does not keep a series of the overflow, so that it cannot grow', () => {
    const { measures, bind } = bindings(true)
    const tree = new LabelTree(measures, 'callDuration', [A.method])

    tree.at('GET')
    tree.at('GET')

    expect(bind).toHaveBeenCalledTimes(2)
  })
})

test.each(Object.entries(LABELS))('%s is looked up by the labels of its table', (id, labels) => {
  const looked = labels.flatMap((label) =>
    label === HOST ? [A.serverAddress.key, A.serverPort.key] : [label.key],
  )
  const table = INSTRUMENTS[id as keyof typeof LABELS].attributes.map(({ key }) => key)

  expect(looked.toSorted()).toEqual(table.toSorted())
})

test('every instrument of the table is measured by the recorder', () => {
  const others = ['runStartTime', 'runEndTime', 'telemetryLost']

  expect([...Object.keys(LABELS), ...others].toSorted()).toEqual(
    Object.keys(INSTRUMENTS).toSorted(),
  )
})
