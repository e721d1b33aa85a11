import { LOG_LEVELS, type LogLevel } from './messages.ts'

/** The process environment, or a part of it in tests. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Names of the variables of ours that one process leaves for the next, or that a user sets. */
export const VARIABLES = {
  runId: 'PLIMSOLL_RUN_ID',
  parent: 'PLIMSOLL_PARENT',
  config: 'PLIMSOLL_CONFIG',
  strict: 'PLIMSOLL_STRICT',
  log: 'PLIMSOLL_LOG',
  interval: 'PLIMSOLL_INTERVAL_MS',
  exit: 'PLIMSOLL_EXIT_MS',
  reload: 'PLIMSOLL_RELOAD_MS',
  urlHashKey: 'PLIMSOLL_URL_HASH_KEY',
} as const

/** What the user asked of the preload by variables of ours. */
export interface Switches {
  readonly strict: boolean
  readonly log: LogLevel
  /** Milliseconds between writes, where the user set it. */
  readonly intervalMs: number | undefined
  /** Milliseconds that an ending process waits for a collector, where the user set it. */
  readonly exitMs: number | undefined
  /** Milliseconds between looks at the configuration, where the user set it; 0: it is read once. */
  readonly reloadMs: number | undefined
  readonly configFile: string | undefined
  /** One line for each variable that makes no sense. */
  readonly problems: readonly string[]
}

/** Reads the `PLIMSOLL_*` variables that are switches. Empty ones count as unset. */
export function readSwitches(env: Environment): Switches {
  const problems: string[] = []
  const disabled = set(env['OTEL_SDK_DISABLED'])?.toLowerCase() ?? 'false'
  if (disabled !== 'true' && disabled !== 'false') {
    problems.push(`OTEL_SDK_DISABLED=${disabled} is neither true nor false; the preload is on`)
  }
  return {
    strict: isTrue(env[VARIABLES.strict]),
    log: logLevel(env[VARIABLES.log], problems),
    intervalMs: milliseconds(env, VARIABLES.interval, [10, 600_000], problems),
    exitMs: milliseconds(env, VARIABLES.exit, [0, 60_000], problems),
    reloadMs: milliseconds(env, VARIABLES.reload, [0, 600_000], problems),
    configFile: set(env[VARIABLES.config]),
    problems,
  }
}

/** A variable that is there and not blank. */
export function set(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === '' ? undefined : trimmed
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'true'].includes(set(value)?.toLowerCase() ?? '')
}

function logLevel(value: string | undefined, problems: string[]): LogLevel {
  const asked = set(value)?.toLowerCase()
  if (asked === undefined) return 'info'
  const known = LOG_LEVELS.find((level) => level === asked)
  if (known === undefined) {
    problems.push(`${VARIABLES.log}=${asked} is none of ${LOG_LEVELS.join(', ')}; info is used`)
  }
  return known ?? 'info'
}

/** A variable that holds a whole number; one that does not is told in `problems`, and counts as unset. */
export function wholeNumber(
  env: Environment,
  name: string,
  [least, most]: readonly [number, number],
  problems: string[],
  what = 'whole number',
): number | undefined {
  const asked = set(env[name])
  if (asked === undefined) return undefined
  const number = Number(asked)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  problems.push(`${name}=${asked} is no ${what} from ${least} to ${most}; the default is used`)
  return undefined
}

/** As {@link wholeNumber}. */
export function milliseconds(
  env: Environment,
  name: string,
  range: readonly [number, number],
  problems: string[],
): number | undefined {
  return wholeNumber(env, name, range, problems, 'whole number of milliseconds')
}

/** The names that a variable lists, in lower case, each once. */
export function listed(value: string | undefined): readonly string[] {
  const names = (set(value)?.toLowerCase() ?? '').split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}
