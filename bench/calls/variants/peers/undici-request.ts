import { request } from 'undici'
import type { Prepared } from '../../variant.ts'

export function prepare(): Prepared {
  return {
    call: async (url) => {
      const { body } = await request(url)
      return body.arrayBuffer()
    },
  }
}
