import { ATTRIBUTES as A, prometheusLabel } from '@plimsoll/semconv'
import { OVERFLOW_LABEL, RUN_LABEL } from '../query/selector.ts'

const IDENTITY: ReadonlySet<string> = new Set([
  '__name__',
  'le',
  'job',
  'instance',
  RUN_LABEL,
  OVERFLOW_LABEL,
  ...[A.serviceName, A.serviceVersion].map(({ key }) => prometheusLabel(key)),
])

/** Labels that a series has by who wrote it and by its form, not by what it counts. */
export function isIdentity(label: string): boolean {
  return IDENTITY.has(label)
}
