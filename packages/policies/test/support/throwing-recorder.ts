import type { Recorder } from '@plimsoll/policies'

/** A listener with a fault. */
export const throwingRecorder: Recorder = {
  record: () => {
    throw new Error('the listener is broken')
  },
}
