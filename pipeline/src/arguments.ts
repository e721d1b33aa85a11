import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PipelineError } from './pipeline-error.ts'
import { ROOT } from './paths.ts'

export const HELP = `npm run pipeline -- [options]

Builds (once) and runs the OpenTelemetry Collector and Prometheus on this machine, until Ctrl-C.

  --dir FOLDER    data and logs; taken up again by the next run (default: .plimsoll/pipeline)
  --free-ports    ports that nobody uses, instead of 4317, 4318, 8888, 8889, 13133 and 9090
  --build-only    build, print the paths of the programs, and end
  --help

PLIMSOLL_CACHE is where the programs are kept (default: ~/.cache/plimsoll).
The variables of collector-config.yaml (COLLECTOR_*) are passed on; docs/pipeline.md lists them.
`

/** What to do. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'build' }
  | { readonly kind: 'run'; readonly dir: string; readonly ports: 'free' | 'standard' }

/** @throws PipelineError when an option is not known or its value is missing. */
export function parseArguments(args: readonly string[]): Command {
  const { help, dir, ...flags } = parse(args)
  if (help === true) return { kind: 'help' }
  if (flags['build-only'] === true) return { kind: 'build' }
  if (dir === '') throw new PipelineError('--dir is empty: name a folder')
  return {
    kind: 'run',
    dir: dir ?? join(ROOT, '.plimsoll', 'pipeline'),
    ports: flags['free-ports'] === true ? 'free' : 'standard',
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        dir: { type: 'string' },
        'free-ports': { type: 'boolean' },
        'build-only': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new PipelineError(`${error.message}\nSee npm run pipeline -- --help`, { cause: error })
  }
}
