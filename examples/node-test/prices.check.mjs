import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { priceOf } from './prices.mjs'
import { startService } from './service.mjs'

let service
before(async () => {
  service = await startService({ apple: 3, pear: 4 })
})
after(() => service.close())

test('a price is told', async () => {
  assert.equal(await priceOf(service.base, 'apple'), 3)
  assert.equal(await priceOf(service.base, 'pear'), 4)
})
