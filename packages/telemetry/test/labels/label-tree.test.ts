import { ATTRIBUTES as A, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test, vi } from 'vitest'
import { HOST, LabelTree } from '../../src/labels/label-tree.ts'
import type { Measures } from '../../src/measures.ts'
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
