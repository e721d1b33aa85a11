/** Lets at most so many run at once; the others wait for their turn. */
export function createLanes(limit: number): <Value>(run: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (run) => {
    if (running === limit) await new Promise<void>((resolve) => void waiting.push(resolve))
    else running += 1
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      // Who waited takes the place over.
      if (next === undefined) running -= 1
      else next()
    }
  }
}
