import type { Prepared } from '../../variant.ts'
import { prepare as prepareFetch } from '../bare/platform-fetch.ts'
import { instrument } from './opentelemetry.ts'

export function prepare(flushMs: number): Prepared {
  const seen = instrument('sampled out', flushMs)
  return { ...prepareFetch(), seen }
}
