import type { PolicyRecord } from '@plimsoll/policies'

/** What to do with each kind of record. Kinds of a newer copy of the policies are passed over. */
export type Handlers = {
  readonly [Kind in PolicyRecord['kind']]: (record: Extract<PolicyRecord, { kind: Kind }>) => void
}

/** Hands a record to the handler of its kind. */
export function dispatch(handlers: Partial<Handlers>, record: PolicyRecord): void {
  // The compiler cannot follow that the handler found by a record's kind takes that record.
  const handler = handlers[record.kind] as ((record: PolicyRecord) => void) | undefined
  handler?.(record)
}
