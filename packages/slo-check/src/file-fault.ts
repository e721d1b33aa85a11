import { SloCheckError, messageOf } from './error.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'the permission is missing',
  EPERM: 'the permission is missing',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
}

/** A file that could not be read or written: `doing` is what was tried, such as `read the spec slo.yaml`. */
export function fileFault(doing: string, error: unknown): SloCheckError {
  const reason = REASONS[codeOf(error)] ?? messageOf(error)
  return new SloCheckError('ERR_PLIMSOLL_FILE_UNREADABLE', `cannot ${doing}: ${reason}`, {
    cause: error,
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
