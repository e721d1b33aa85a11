/** The HTTP status that an error or a response carries in `status` or `statusCode`, as those of most clients do. */
export function statusOf(thing: unknown): number | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined
  const { status, statusCode } = thing as { status?: unknown; statusCode?: unknown }
  return asStatus(status) ?? asStatus(statusCode)
}

/** `retryAfterMs` of an error, where it has a usable one. */
export function retryAfterOf(thing: unknown): number | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined
  const { retryAfterMs } = thing as { retryAfterMs?: unknown }
  return isDelay(retryAfterMs) ? retryAfterMs : undefined
}

/** Whether `value` can be waited for: a number, finite, not negative. */
export function isDelay(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function asStatus(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599
    ? value
    : undefined
}
