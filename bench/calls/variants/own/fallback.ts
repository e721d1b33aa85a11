import { createFallback } from '@plimsoll/fetch'
import type { Prepared } from '../../variant.ts'

/** A work item served by its first source, over the global fetch that the preload has put under policies. */
export function prepare(): Prepared {
  const serve = createFallback({
    tiers: [
      {
        name: 'open',
        sources: [
          { name: 'origin', request: (url: string) => url, read: (answer) => answer.arrayBuffer() },
        ],
      },
    ],
  })
  return { call: (url) => serve(url) }
}
