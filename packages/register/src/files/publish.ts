import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Puts a file with this content at `path`, unless there is one: a reader finds the whole of it or none, whoever else
 * does the same at the same time.
 *
 * @returns whether it is ours
 */
export function publishOnce(path: string, content: string, mode = 0o644): boolean {
  return throughDraft(path, content, mode, (draft) => {
    try {
      linkSync(draft, path)
      return true
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false
      // A file system without links: not in one step then, but still only where there is none.
      return writtenWhereNone(path, content, mode)
    }
  })
}

/** Puts a file with this content at `path`, in one step, in the place of one that is there. */
export function publish(path: string, content: string, mode = 0o644): void {
  throughDraft(path, content, mode, (draft) => renameSync(draft, path))
}

function throughDraft<T>(
  path: string,
  content: string,
  mode: number,
  place: (draft: string) => T,
): T {
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, content, { mode })
    return place(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}

function writtenWhereNone(path: string, content: string, mode: number): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
