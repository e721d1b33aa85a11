import { ERROR_TYPES, NETWORK_CODES } from '@plimsoll/semconv'

const KNOWN: ReadonlySet<string> = new Set<string>([
  ...Object.values(ERROR_TYPES),
  ...NETWORK_CODES,
  ...Array.from({ length: 200 }, (_, index) => String(400 + index)),
])

/** How many values `error.type` can have. */
export const ERROR_TYPE_COUNT = KNOWN.size

/**
 * `error.type` as a member of its closed set: ours, the codes of Node and undici, the statuses 400 to 599 as strings;
 * whatever else is `_OTHER`. Absent stays absent: the call was good.
 */
export function closedErrorType(errorType: string | undefined): string | undefined {
  if (errorType === undefined || KNOWN.has(errorType)) return errorType
  return ERROR_TYPES.other
}
