import { diag, DiagLogLevel } from '@opentelemetry/api'
import { set, type Environment } from './environment.ts'
import type { Messages } from './messages.ts'

const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
}

/**
 * Lets OpenTelemetry speak of itself on stderr, when `OTEL_LOG_LEVEL` asks for it; its own console logger would write to
 * stdout. Not otherwise: a program that sets a logger of its own would be told that it replaces one.
 */
export function heedDiagnostics(env: Environment, messages: Messages): void {
  const logLevel = LEVELS[set(env['OTEL_LOG_LEVEL'])?.toLowerCase() ?? '']
  if (logLevel === undefined) return
  const at =
    (say: (text: string) => void) =>
    (message: string, ...rest: unknown[]) =>
      say(['OpenTelemetry:', message, ...rest.map(shown)].join(' '))
  const error = at((text) => messages.error(text))
  const warn = at((text) => messages.warn(text))
  const info = at((text) => messages.info(text))
  diag.setLogger({ error, warn, info, debug: info, verbose: info }, { logLevel })
}

function shown(value: unknown): string {
  if (value instanceof Error) return value.message
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
