/** Looks at something that others change. */
export interface Watch {
  /** To be called again and again. */
  look(): void
}

/**
 * Calls `changed` when the stamp is another than before, and has been the same twice: who writes a file may empty it first,
 * and half a configuration may be a valid one. `first` is the stamp of what is known already.
 *
 * A look is one `stat`, a few microseconds. It sees what notifications of the system miss or deliver in pieces: files
 * that an editor replaces, links that a mounted volume turns elsewhere, network folders.
 */
export function createWatch(first: string, stamp: () => string, changed: () => void): Watch {
  let known = first
  let last = first
  return {
    look() {
      const now = stamp()
      const isSettled = now === last
      last = now
      if (!isSettled || now === known) return
      known = now
      changed()
    },
  }
}
