import type { Prepared } from '../../variant.ts'
import { assemble } from './assembled.ts'

export function prepare(flushMs: number): Prepared {
  return assemble('none', flushMs)
}
