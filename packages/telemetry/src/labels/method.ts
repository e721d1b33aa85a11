import { METHODS } from '@plimsoll/semconv'

const KNOWN: ReadonlySet<string> = new Set<string>(METHODS)

/** The HTTP method where the conventions name it, else `_OTHER`. Methods are case-sensitive (RFC 9110, 9.1). */
export function closedMethod(method: string): string {
  return KNOWN.has(method) ? method : OTHER_METHOD
}

/** What stands for a method that nobody knows. */
export const OTHER_METHOD: (typeof METHODS)[number] = '_OTHER'
