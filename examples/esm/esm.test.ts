import { afterAll, expect, test } from 'vitest'
import { Workplace } from '../workplace.ts'

const place = new Workplace(import.meta.dirname, ['app.mjs', 'page.mjs', 'slo.yaml'])
afterAll(() => place.remove())

test('an ES module says the same with and without the preload; each of its calls is counted', () => {
  const bare = place.node(['app.mjs'])
  const observed = place.node(['-r', '@plimsoll/register', 'app.mjs'])

  expect(bare).toMatchObject({
    stdout: 'fetch 200 apples\nundici 200 bananas\nnode:http 200\nimport() apples\n',
    status: 0,
  })
  expect([observed.stdout, observed.status]).toEqual([bare.stdout, 0])
  expect(place.gate()).toEqual({ status: 0, good: 4, total: 4 })
})
