import {
  guarded,
  processRecorder,
  systemClock,
  type Clock,
  type Recorder,
} from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import { hashUrl, type RedactOptions } from '../url.ts'
import type { ObserveDeps } from './observed-call.ts'

export interface ObserveOptions {
  /** @default the recorder of the process */
  readonly recorder?: Recorder
  readonly clock?: Clock
  readonly redact?: RedactOptions
  /** Key of the URL hashes. @default the key of the process */
  readonly urlHashKey?: Uint8Array
}

export function observeDeps(options: ObserveOptions): ObserveDeps {
  const { urlHashKey } = options
  return {
    clock: options.clock ?? systemClock,
    recorder: guarded(options.recorder ?? processRecorder),
    tracing: processTracing,
    redact: options.redact ?? {},
    hash: (url) => hashUrl(url, urlHashKey),
  }
}
