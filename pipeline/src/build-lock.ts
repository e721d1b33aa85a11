import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atExit } from './at-exit.ts'

const BEAT_MS = 5_000
/** A lock that was not touched for so long belongs to nobody any more. */
const STALE_MS = 30_000
const POLL_MS = 500

/**
 * Runs one piece of work at a time among all processes that name the same lock file. Two at once would do no harm but
 * cost the time of both: builds take minutes, and a finished one appears in one step.
 */
export async function withLock<T>(
  file: string,
  waiting: () => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  for (let told = false; !take(file); told = true) {
    if (!told) waiting()
    await delay(POLL_MS)
  }
  const release = (): void => rmSync(file, { force: true })
  const ended = atExit(release)
  const beat = setInterval(() => touch(file), BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    ended()
    release()
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  }
  // Age by the clock of the file system's own host, and not by process id: the cache may be shared with a container.
  if (ageMs(file) > STALE_MS) rmSync(file, { force: true })
  return false
}

function ageMs(file: string): number {
  const touched = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return touched === undefined ? 0 : Date.now() - touched
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch (error) {
    // Gone because somebody took it for stale, when this process had stood still: both builds go on.
    if (!isCode(error, 'ENOENT')) throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
