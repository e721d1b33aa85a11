import type { Found } from './endpoint.ts'

/** What HTTP allows (RFC 9110, section 5): with anything else a request would not even begin. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/u
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/u

/** `key=value,key=value`, percent-encoded as W3C Baggage is. What is no header is left out and told. */
export function readHeaders(
  { name, value: text }: Found,
  problems: string[],
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const split = pair.indexOf('=')
    const key = decoded(pair.slice(0, Math.max(split, 0)))?.toLowerCase()
    const value = decoded(pair.slice(split + 1))
    if (key !== undefined && value !== undefined && NAME.test(key) && VALUE.test(value)) {
      headers[key] = value
      continue
    }
    // The value is likely a secret: the key alone is named.
    const shown = JSON.stringify(pair.slice(0, Math.max(split, 0)).trim())
    problems.push(`${name}: the entry ${shown} is no key=value; it is left out`)
  }
  return headers
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    // A lone percent sign: the caller says so.
    return undefined
  }
}
