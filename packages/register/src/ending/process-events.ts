/** What the preload wants to know of the process, without a listener of its own in the way of the program's. */
export interface ProcessWatch {
  /** Before the first `exit` listener of the program. */
  exiting(): void
  /** After the last one, with the code that the process ends with. Comes again where a listener asks for another code. */
  exited(code: number): void
  /** An exception is about to end the process, where a fault in a handler of it ends it without `exit`; or `abort` does. */
  failing(): void
  /** The program added or removed a listener. */
  listenersChanged(event: string): void
  /** Whether an event is an affair of ours that the program shall not see. */
  isOurs(event: string | symbol, argument: unknown): boolean
}

type Emit = (this: unknown, event: string | symbol, ...rest: unknown[]) => boolean

/**
 * Stands between `process.emit` and its listeners. A listener of ours would count in `listenerCount` and towards the
 * limit of listeners, would run before those that the program prepends, and could not run last.
 */
export function watchProcess(watch: ProcessWatch, target: NodeJS.Process = process): void {
  const emitted = (event: string | symbol, rest: unknown[]): boolean =>
    // Looked up each time: `domain` and others put their own on the prototype later.
    Reflect.apply((Object.getPrototypeOf(target) as { emit: Emit }).emit, target, [event, ...rest])

  const emit: Emit = (event, ...rest) => {
    if (event === 'exit') return exit(rest)
    if (watch.isOurs(event, rest[0])) return false
    if (event === 'uncaughtExceptionMonitor') watch.failing()
    const heard = emitted(event, rest)
    if ((event === 'newListener' || event === 'removeListener') && typeof rest[0] === 'string') {
      watch.listenersChanged(rest[0])
    }
    return heard
  }

  const exit = (rest: unknown[]): boolean => {
    watch.exiting()
    let threw = true
    try {
      const heard = emitted('exit', rest)
      threw = false
      return heard
    } finally {
      // A listener that throws makes Node end with 1, whatever the code was.
      watch.exited(threw ? 1 : asCode(target.exitCode))
    }
  }

  Object.defineProperty(target, 'emit', {
    value: emit,
    writable: true,
    configurable: true,
    enumerable: false,
  })
  wrapReallyExit(watch, target)
  wrapAbort(watch, target)
}

/** `process.exit` inside an `exit` listener ends the process here, and the rest of the listeners never run. */
function wrapReallyExit(watch: ProcessWatch, target: NodeJS.Process): void {
  const holder = target as unknown as { reallyExit?: (code?: number) => void }
  const original = holder.reallyExit
  if (typeof original !== 'function') return
  holder.reallyExit = (code) => {
    watch.exited(asCode(code))
    Reflect.apply(original, target, [code])
  }
}

/** Nothing is called after it; no `exit`, no listener. */
function wrapAbort(watch: ProcessWatch, target: NodeJS.Process): void {
  const original = Reflect.get(target, 'abort') as (() => never) | undefined
  if (typeof original !== 'function') return
  target.abort = function abort() {
    watch.failing()
    return Reflect.apply(original, target, [])
  }
}

function asCode(code: number | string | null | undefined): number {
  return Number(code ?? 0)
}
