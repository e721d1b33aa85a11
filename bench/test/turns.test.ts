import { expect, test } from 'vitest'
import type { Measured } from '../calls/program.ts'
import { BASELINE, ROWS } from '../calls/rows.ts'
import { takeTurn } from '../calls/turns.ts'

/** Takes a turn of which the n-th measurement is told by `calls: n`. */
async function turnOf(rows: typeof ROWS, turn: number) {
  const order: string[] = []
  const turns = await takeTurn(rows, turn, async ({ id }) => {
    order.push(id)
    return [{ calls: order.length } as Measured]
  })
  return { order, turns }
}

const numberOf = ([measured]: readonly Measured[]): number => measured?.calls ?? Number.NaN

test('every row is measured once a turn, and the baseline first, last and after every few', async () => {
  const { order } = await turnOf(ROWS, 0)

  expect(order.filter((id) => id !== BASELINE.id).toSorted()).toEqual(
    ROWS.map(({ id }) => id).toSorted(),
  )
  expect([order[0], order.at(-1)]).toEqual([BASELINE.id, BASELINE.id])
  expect(order.join(' ')).not.toMatch(/(?:(?!fetch\b)\S+ ){6}/u)
})

test('a row is held against the baseline just before and just after it', async () => {
  const { order, turns } = await turnOf(ROWS, 3)

  for (const { id, measured, baselines } of turns.filter(({ id }) => id !== BASELINE.id)) {
    const at = order.indexOf(id)
    expect(numberOf(measured)).toBe(at + 1)
    expect(baselines.map(numberOf)).toEqual([
      order.lastIndexOf(BASELINE.id, at) + 1,
      order.indexOf(BASELINE.id, at) + 1,
    ])
  }
})

test('a baseline between two others is a row of its own: what it differs is noise', async () => {
  const { order, turns } = await turnOf(ROWS, 0)

  const own = turns.filter(({ id }) => id === BASELINE.id)
  expect(own.length).toBe(order.filter((id) => id === BASELINE.id).length - 2)
  for (const { measured, baselines } of own) {
    expect(baselines.map(numberOf)).not.toContain(numberOf(measured))
  }
})

test('another turn has another order', async () => {
  const orders = await Promise.all([0, 1, 2, 3, 4].map((turn) => turnOf(ROWS, turn)))

  expect(new Set(orders.map(({ order }) => order.join())).size).toBe(5)
})

test('one row alone still has its baselines, and they each other', async () => {
  const { turns } = await turnOf(ROWS.slice(0, 1), 0)

  expect(turns.map(({ id, baselines }) => [id, baselines.map(numberOf)])).toEqual([
    [ROWS[0]?.id, [1, 3]],
    [BASELINE.id, [3, 3]],
    [BASELINE.id, [1, 1]],
  ])
})
