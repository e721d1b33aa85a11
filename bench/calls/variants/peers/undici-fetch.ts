import { fetch } from 'undici'
import type { Prepared } from '../../variant.ts'

export function prepare(): Prepared {
  return {
    call: async (url) => {
      const response = await fetch(url)
      return response.arrayBuffer()
    },
  }
}
