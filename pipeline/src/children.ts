import type { ChildProcess } from 'node:child_process'

const running = new Set<ChildProcess>()
let watching = false

/** Sees to it that a child does not outlive this process, unless this one is itself ended by SIGKILL. */
export function guard(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  if (watching) return
  watching = true
  process.once('exit', () => {
    for (const one of running) one.kill('SIGKILL')
  })
}
