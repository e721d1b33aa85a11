/** Runs what listens to a channel: a subscriber that throws ends in `uncaughtException`, and must not end the program. */
export function quietly(fn: () => void): void {
  try {
    fn()
  } catch {
    // The exchange goes unmeasured.
  }
}
