import type { Dispatcher } from 'undici'

/** Whether the platform's fetch is that of undici 6, in Node 22. */
const IS_UNDICI_6 = process.versions['undici']?.startsWith('6.') === true

/**
 * Node 22's fetch appends the length of a body to a `Content-Length` that the program gave, and its HTTP client reads the
 * first number of the two. undici 8, by which policed calls leave, refuses such a list: it gets that one number.
 */
export function readOwnLength(options: Dispatcher.DispatchOptions, handler: object): void {
  // Another undici's fetch, which the program may have brought, speaks to newer handlers and appends nothing.
  if (!IS_UNDICI_6 || !('onHeaders' in handler)) return
  const headers = (options.headers ?? {}) as Record<string, unknown>
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() !== 'content-length') continue
    headers[name] = String(Number.parseInt(String(headers[name]), 10))
  }
}
