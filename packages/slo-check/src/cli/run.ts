import { readFileSync } from 'node:fs'
import { chooseCommand } from './commands.ts'
import { failureText } from './failure.ts'
import type { ExitCode, Terminal } from './terminal.ts'

/** Runs the command and gives its exit code; never throws. */
export async function run(terminal: Terminal): Promise<ExitCode> {
  try {
    const { command, args } = chooseCommand(terminal.args)
    if (args.includes('--help') || args.includes('-h')) {
      terminal.out(command.help)
      return 0
    }
    if (args.includes('--version')) {
      terminal.out(`${version()}\n`)
      return 0
    }
    return await command.run(args, terminal)
  } catch (error) {
    terminal.err(failureText(error, terminal.args.includes('--debug')))
    return 2
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
