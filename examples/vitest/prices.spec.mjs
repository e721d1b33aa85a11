import { afterAll, beforeAll, expect, test } from 'vitest'
import { priceOf } from './prices.mjs'
import { startService } from './service.mjs'

let service
beforeAll(async () => {
  service = await startService({ apple: 3, pear: 4 })
})
afterAll(() => service.close())

test('a price is told', async () => {
  expect(await priceOf(service.base, 'apple')).toBe(3)
  expect(await priceOf(service.base, 'pear')).toBe(4)
})
