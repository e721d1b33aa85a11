import { Agent, fetch, interceptors } from 'undici'
import type { Prepared } from '../../variant.ts'

/** Every answer says `no-store`: what is weighed is passing through the cache, not answering from it. */
export function prepare(): Prepared {
  const dispatcher = new Agent().compose(interceptors.retry(), interceptors.cache())
  return {
    call: async (url) => {
      const response = await fetch(url, { dispatcher })
      return response.arrayBuffer()
    },
  }
}
