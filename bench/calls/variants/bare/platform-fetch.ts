import type { Prepared } from '../../variant.ts'

/** The global fetch, whatever stands there: the platform's own, or the preload's. */
export function prepare(): Prepared {
  return {
    call: async (url) => {
      const response = await fetch(url)
      return response.arrayBuffer()
    },
  }
}
