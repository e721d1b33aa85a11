import { inspect } from 'node:util'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { set, type Environment } from './environment.ts'
import type { Messages } from './messages.ts'

const LEVELS: ReadonlyMap<string, DiagLogLevel> = new Map([
  ['error', DiagLogLevel.ERROR],
  ['warn', DiagLogLevel.WARN],
  ['info', DiagLogLevel.INFO],
  ['debug', DiagLogLevel.DEBUG],
  ['verbose', DiagLogLevel.VERBOSE],
  ['all', DiagLogLevel.ALL],
])

/** The level that `OTEL_LOG_LEVEL` asks for; undefined: OpenTelemetry says nothing of itself. */
export function diagnosticsOf(env: Environment): {
  level: DiagLogLevel | undefined
  problems: readonly string[]
} {
  const asked = set(env['OTEL_LOG_LEVEL'])?.toLowerCase()
  if (asked === undefined || asked === 'none') return { level: undefined, problems: [] }
  const level = LEVELS.get(asked)
  const known = ['none', ...LEVELS.keys()].join(', ')
  return {
    level,
    problems:
      level === undefined ? [`OTEL_LOG_LEVEL=${asked} is none of ${known}; none is used`] : [],
  }
}

/**
 * Lets OpenTelemetry speak of itself on stderr, where a level is asked for; its own console logger would write to
 * stdout. Not otherwise: a program that sets a logger of its own would be told that it replaces one.
 */
export function heedDiagnostics(logLevel: DiagLogLevel | undefined, messages: Messages): void {
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
  // Anything may come, also what refers to itself: who logs must not throw into the program that does.
  return typeof value === 'string' ? value : inspect(value, { customInspect: false })
}
