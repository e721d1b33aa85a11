import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { SloCheckError, messageOf } from '../error.ts'
import { didYouMean } from '../similar.ts'

/** Options of every command. Those of one command stand beside it. */
const SHARED = {
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** Makes the error for a command line that is not valid. */
export type UsageFault = (message: string) => SloCheckError

/** @param command as the user types it, such as `slo-check` */
export function usageOf(command: string): UsageFault {
  return (message) =>
    new SloCheckError('ERR_PLIMSOLL_USAGE', `${message} (${command} --help shows all options)`)
}

type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseTokens<Options>>

/**
 * Reads the options of a command.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_USAGE` for an unknown option, with the nearest known one, and for an empty value.
 */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: UsageFault,
): Parsed<Options> {
  const parsed = readTokens(args, options, usage)
  for (const token of parsed.tokens)
    if (token.kind === 'option' && token.value === '') throw usage(`--${token.name} needs a value`)
  return parsed
}

function readTokens<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: UsageFault,
): Parsed<Options> {
  try {
    return parseTokens(args, options)
  } catch (error) {
    const option = /Unknown option '(-{1,2}[^']*)'/u.exec(messageOf(error))?.[1]
    if (option === undefined) throw usage(messageOf(error))
    const known = Object.keys({ ...options, ...SHARED }).map((name) => `--${name}`)
    throw usage(`unknown option ${option}${didYouMean(option, known)}`)
  }
}

function parseTokens<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  return parseArgs({
    args: [...args],
    options: { ...SHARED, ...options },
    allowPositionals: true,
    tokens: true,
  })
}
