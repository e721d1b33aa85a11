import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createQueue } from '../../src/pipeline/queue.ts'

function deliveries() {
  const batches: number[] = []
  const queue = createQueue<number>((items) => batches.push(items.length))
  const push = (count: number) => {
    for (let i = 0; i < count; i += 1) queue.push(i)
  }
  return { batches, queue, push }
}

test('items wait until they are asked for', () => {
  const { batches, queue, push } = deliveries()

  push(3)
  expect(batches).toEqual([])
  queue.drain()

  expect(batches).toEqual([3])
})

test('a thousand go in the next turn of the event loop, many more go at once, and none is dropped', async () => {
  const { batches, push } = deliveries()

  push(1_500)
  expect(batches).toEqual([])
  await turn()
  expect(batches).toEqual([1_000, 500])
  push(10_000)

  expect(batches.reduce((a, b) => a + b, 0)).toBe(11_500)
})

test('after write-through each goes as it comes', () => {
  const { batches, queue, push } = deliveries()
  push(2)

  queue.writeThrough()
  push(2)

  expect(batches).toEqual([2, 1, 1])
})

test('few items with long texts go as soon as many short ones, and never all wait in memory', async () => {
  const batches: number[] = []
  const queue = createQueue<string>(
    (items) => batches.push(items.length),
    (text) => text.length,
  )
  const long = 'x'.repeat(400_000)

  for (let i = 0; i < 3; i += 1) queue.push(long)
  expect(batches).toEqual([])
  await turn()
  expect(batches).toEqual([3])
  for (let i = 0; i < 13; i += 1) queue.push(long)

  expect(batches).toEqual([3, 13])
})

test('the event loop need not come round for memory to stay bounded: what is full is delivered where it stands', () => {
  const { batches, push } = deliveries()

  push(12_000)

  expect(batches).toEqual(Array.from({ length: 10 }, () => 1_000))
})
