import type { PolicyRecord } from './record.ts'
import { sharedAcrossCopies } from './shared.ts'

/** The port between policies and whatever listens. Implementations must not throw; policies guard against those that do. */
export interface Recorder {
  /** Takes a record for good: it may be read long after this, so whoever made it neither changes it nor uses it again. */
  record(record: PolicyRecord): void
}

const shared = sharedAcrossCopies<{ installed: Recorder | undefined }>('recorder', () => ({
  installed: undefined,
}))

/** Makes `recorder` the one of the whole process; the preload does so. Returns a function that takes it back. */
export function installRecorder(recorder: Recorder): () => void {
  shared.installed = recorder
  return () => {
    if (shared.installed === recorder) shared.installed = undefined
  }
}

/**
 * The recorder that a policy uses by default: hands each record to the one installed at that moment, so that a policy
 * may be made before it; does nothing while there is none. A recorder that throws harms no call.
 */
export const processRecorder: Recorder = {
  record(record) {
    const { installed } = shared
    if (installed !== undefined) deliver(installed, record)
  },
}

/** `recorder`, which may throw, as one that does not. */
export function guarded(recorder: Recorder): Recorder {
  return recorder === processRecorder ? recorder : { record: (record) => deliver(recorder, record) }
}

/** An observer may be an async function all the same: that it failed later, must not end the program. */
export function quieted(answer: unknown): void {
  if (answer instanceof Promise) answer.catch(() => {})
}

function deliver(recorder: Recorder, record: PolicyRecord): void {
  try {
    quieted(recorder.record(record))
  } catch {
    // Observing must not change what is observed: the listener loses its record, the call goes on.
  }
}
