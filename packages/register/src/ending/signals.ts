/** Signals that end a process, and that a program may hear first. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

type EndingSignal = (typeof SIGNALS)[number]

export interface SignalWatch {
  /** To be told of every listener that comes or goes. */
  listenersChanged(event: string): void
  /** The process ends by itself: a signal that comes now ends it at once, as it would without us. */
  stop(): void
}

/** The first process of a container: what it leaves to its default is not delivered to it, and so ends nothing. */
const INIT = 1

/**
 * Hears the signals that the program leaves to their default, which is to die without a word: writes what there is, and
 * dies of the same signal. While the program has a listener of its own ours is not there, so that the program counts the
 * same listeners, and decides alone. Nor is it in an init process, which would hear a signal only because of us.
 */
export function watchSignals(
  end: (signal: EndingSignal) => void,
  target: NodeJS.Process = process,
): SignalWatch {
  const ours = new Map<EndingSignal, () => void>()
  /** No listener of ours from now on. */
  let over = target.pid === INIT

  const programHears = (signal: EndingSignal): boolean =>
    target.listenerCount(signal) > (ours.has(signal) ? 1 : 0)

  const leave = (signal: EndingSignal): void => {
    const listener = ours.get(signal)
    if (listener === undefined) return
    ours.delete(signal)
    target.removeListener(signal, listener)
  }

  const listen = (signal: EndingSignal): void => {
    if (over || ours.has(signal) || programHears(signal)) return
    const listener = (): void => {
      // Both were there in one turn: it is the program's.
      if (programHears(signal)) return
      over = true
      try {
        end(signal)
      } finally {
        leave(signal)
        target.kill(target.pid, signal)
      }
    }
    ours.set(signal, listener)
    target.on(signal, listener)
  }

  for (const signal of SIGNALS) listen(signal)

  return {
    listenersChanged(event) {
      const signal = SIGNALS.find((name) => name === event)
      if (signal === undefined || over) return
      // Not at once: Node closes its watch of a signal with the last listener, and the program's is only about to come.
      queueMicrotask(() => {
        if (programHears(signal)) leave(signal)
        else listen(signal)
      })
    },
    stop() {
      over = true
      for (const signal of SIGNALS) leave(signal)
    },
  }
}
