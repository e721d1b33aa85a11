import { createFetch } from '@plimsoll/fetch'
import type { Prepared } from '../../variant.ts'
import { POLICIES } from './policies.ts'

export function prepare(): Prepared {
  const policed = createFetch(POLICIES)
  return {
    call: async (url) => {
      const response = await policed(url)
      return response.arrayBuffer()
    },
  }
}
