import { afterAll, expect, test } from 'vitest'
import { Workplace } from '../workplace.ts'

const place = new Workplace(import.meta.dirname, ['app.ts', 'slo.yaml'])
afterAll(() => place.remove())

test('TypeScript runs as it is written, and its calls are counted', () => {
  const ended = place.node(['-r', '@plimsoll/register', 'app.ts'])

  expect(ended).toMatchObject({ stdout: 'apple 300\npear 400\n', status: 0 })
  expect(place.gate()).toEqual({ status: 0, good: 2, total: 2 })
})
