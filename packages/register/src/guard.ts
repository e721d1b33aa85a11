/** Runs a step of ours inside the program: a fault of it is told, and goes no further. */
export type Guard = (place: string, step: () => void) => void

export function createGuard(tell: (text: string) => void): Guard {
  const told = new Set<string>()
  return (place, step) => {
    try {
      step()
    } catch (error) {
      if (told.has(place)) return
      told.add(place)
      tell(
        `a fault of its own ${place}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
    }
  }
}
