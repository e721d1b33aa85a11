/**
 * A listener of a channel that does not throw: a subscriber that does ends in `uncaughtException`, and must not end the
 * program.
 */
export function quietly(listen: (message: unknown) => void): (message: unknown) => void {
  return (message) => {
    try {
      listen(message)
    } catch {
      // The exchange goes unmeasured.
    }
  }
}
