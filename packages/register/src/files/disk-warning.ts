import { inWords, type Messages } from '../messages.ts'

/** Told that something of `place` could not be read or written. */
export type DiskWarning = (place: string, error: unknown) => void

/** Says the first such fault, and no other: a full disk fails at every turn. */
export function createDiskWarning(messages: Messages): DiskWarning {
  let warned = false
  return (place, error) => {
    if (warned) return
    warned = true
    messages.warn(
      `cannot write telemetry to ${place}: ${inWords(error)}; the program goes on, what is lost is counted`,
    )
  }
}
