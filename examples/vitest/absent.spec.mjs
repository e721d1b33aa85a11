import { expect, test } from 'vitest'
import { priceOf } from './prices.mjs'
import { startService } from './service.mjs'

test('what has no price has none', async () => {
  const service = await startService({})
  expect(await priceOf(service.base, 'plum')).toBeUndefined()
  await service.close()
})
