/** Shows on stderr how far a run is: one line that is written over on a terminal, else a line every few seconds. */
export interface Progress {
  done(works: number): void
  end(): void
}

const TERMINAL_MS = 100
const PLAIN_MS = 2_000

export function showProgress(name: string, works: number): Progress {
  const terminal = process.stderr.isTTY
  const started = performance.now()
  let count = 0
  let shown = Number.NEGATIVE_INFINITY

  function show(): void {
    const now = performance.now()
    if (now - shown < (terminal ? TERMINAL_MS : PLAIN_MS)) return
    shown = now
    const seconds = ((now - started) / 1_000).toFixed(0).padStart(3)
    const line = `${name} ${seconds} s  ${count} of ${works} works`
    process.stderr.write(terminal ? `\r${line}\u001B[K` : `${line}\n`)
  }

  show()
  const timer = setInterval(show, TERMINAL_MS)
  return {
    done: (works) => void (count = works),
    end() {
      clearInterval(timer)
      if (terminal) process.stderr.write('\r\u001B[K')
    },
  }
}
