import { checkCommand } from './check-command.ts'
import { rulesCommand } from './rules-command.ts'
import type { Subcommand } from './terminal.ts'

/** Every command by its word. A file of such a name is written `./check`. */
const COMMANDS: Readonly<Record<string, Subcommand>> = {
  check: checkCommand,
  rules: rulesCommand,
}

/** Without a word of ours in front, the files are to be checked. */
export function chooseCommand(args: readonly string[]): {
  readonly command: Subcommand
  readonly args: readonly string[]
} {
  const [word, ...rest] = args
  const named = word !== undefined && Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined
  return named === undefined ? { command: checkCommand, args } : { command: named, args: rest }
}
