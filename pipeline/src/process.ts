/** Whether a process runs. */
export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Of another user: it exists.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
