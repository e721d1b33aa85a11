import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Names this invocation, so that what one test file made is found by the next. */
    session: string
  }
}

export default function setup({ provide }: TestProject): void {
  provide('session', `${process.pid}-${Date.now()}`)
}
