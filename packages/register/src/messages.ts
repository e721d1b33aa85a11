import { writeSync } from 'node:fs'

/** How much is said on stderr. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** One line a message, on stderr, never on stdout. */
export interface Messages {
  info(text: string): void
  warn(text: string): void
  error(text: string): void
}

/** Messages up to `level`. Written straight to the descriptor: `process.stderr` is the program's to make. */
export function createMessages(
  level: LogLevel,
  write: (line: string) => void = toStderr,
): Messages {
  const allowed = LOG_LEVELS.indexOf(level)
  const at = (needed: LogLevel) => (text: string) => {
    if (LOG_LEVELS.indexOf(needed) <= allowed) write(`plimsoll: ${onOneLine(text)}\n`)
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

/** What comes from a variable or a file may hold anything, and a terminal obeys control characters. */
function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/gu, ' ').replaceAll(/\p{Cc}/gu, '\u{FFFD}')
}

function toStderr(line: string): void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      writeSync(2, line)
      return
    } catch (error) {
      // A full pipe may have room in a moment; a closed stderr leaves nobody to tell.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return
    }
  }
}

/** An error in a few words: its code where it has one, else its message. */
export function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
