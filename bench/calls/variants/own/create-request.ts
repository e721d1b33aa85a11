import { createRequest } from '@plimsoll/fetch'
import type { Prepared } from '../../variant.ts'
import { POLICIES } from './policies.ts'

export function prepare(): Prepared {
  const request = createRequest(POLICIES)
  return {
    call: async (url) => {
      const { body } = await request(url)
      return body.arrayBuffer()
    },
  }
}
