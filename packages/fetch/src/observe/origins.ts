import { lru } from '../hosts/lru.ts'
import type { LazyUrl } from '../lazy-url.ts'
import { hostOf, isHttp, isTooLongToHold } from '../url.ts'
import { NOBODY, type AskedHost } from './observed-call.ts'

/** The host of an origin. */
export interface Origins {
  /**
   * Whom a target asks, as far as that is known; undefined where that is not over HTTP. A text that asks an origin known
   * already is not read: `origin` of the target says so, and what follows it in the text is the path as it is sent.
   */
  of(target: LazyUrl): AskedHost | undefined
}

const CAPACITY = 1_000
/** A URL whose text is what reading it would give: no segment that may be left out, nothing that would be escaped. */
const AS_READ =
  /^https?:\/\/[^/]+(?:\/(?![.%])[\w\-.~!$&()*+,;=:@%]*)+(?:\?[\w\-.~!$&()*+,;=:@%/?]+)?$/u
/** No slash of a scheme comes later. */
const AFTER_SCHEME = 'https://'.length

/** Reading a URL costs as much as the rest of watching a call, and most calls ask whom others have asked. */
export function observedOrigins(): Origins {
  const known = lru<AskedHost>(CAPACITY, () => {})
  return {
    of(target) {
      const { text } = target
      if (text !== undefined && !isTooLongToHold(text) && AS_READ.test(text)) {
        const head = text.slice(0, text.indexOf('/', AFTER_SCHEME))
        const host = known.get(head)
        if (host !== undefined) {
          target.origin = head
          return host
        }
      }
      const { url } = target
      if (url === undefined) return NOBODY
      return isHttp(url) ? known.ensure(url.origin, () => hostOf(url)) : undefined
    },
  }
}
