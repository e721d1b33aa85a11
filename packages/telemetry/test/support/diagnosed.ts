import { diag, DiagLogLevel } from '@opentelemetry/api'

/** Errors told to `diag` from now on. The caller takes the logger away again: `diag.disable()`. */
export function diagnosed(): string[] {
  const heard: string[] = []
  const nothing = (): void => {}
  diag.setLogger(
    {
      error: (message) => heard.push(message),
      warn: nothing,
      info: nothing,
      debug: nothing,
      verbose: nothing,
    },
    DiagLogLevel.ERROR,
  )
  return heard
}
