import type { Clock } from '@plimsoll/policies'

const STOPPED = Symbol('stopped')

/** Calls `ring` once after `ms` milliseconds on `clock`; the function that comes back stops it. */
export function alarm(clock: Clock, ms: number, ring: () => void): () => void {
  const stop = new AbortController()
  clock.sleep(ms, stop.signal).then(ring, (reason: unknown) => {
    // A clock that cannot wait must not make a limit boundless.
    if (reason !== STOPPED) ring()
  })
  return () => stop.abort(STOPPED)
}
