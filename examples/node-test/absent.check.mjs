import assert from 'node:assert/strict'
import { test } from 'node:test'
import { priceOf } from './prices.mjs'
import { startService } from './service.mjs'

test('what has no price has none', async () => {
  const service = await startService({})
  assert.equal(await priceOf(service.base, 'plum'), undefined)
  await service.close()
})
