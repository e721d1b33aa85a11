import type { Choice } from '../source/plan.ts'
import { durationMs, timeSeconds } from './duration.ts'
import { parseOptions, usageOf } from './options.ts'
import { SERVER_OPTIONS, serverArguments, type ServerArguments } from './server-arguments.ts'

const OPTIONS = {
  run: { type: 'string' },
  otlp: { type: 'string', multiple: true },
  dir: { type: 'string' },
  at: { type: 'string' },
  window: { type: 'string' },
  ...SERVER_OPTIONS,
  report: { type: 'string' },
  output: { type: 'string' },
  explain: { type: 'boolean', default: false },
  'no-color': { type: 'boolean', default: false },
} as const

/** Forms of the report; others join here. */
const FORMS = ['table', 'json'] as const

export type ReportForm = (typeof FORMS)[number]

/** What to check and how to tell it. */
export interface CheckArguments {
  readonly specs: readonly string[]
  readonly choice: Choice
  /** Null where files are to be read. */
  readonly server: ServerArguments | null
  /** All runs of this many seconds are judged; null for one run. */
  readonly windowSeconds: number | null
  /** The latest time looked at, in Unix seconds; null for the end of the data. */
  readonly at: number | null
  /** Null where it was not asked for. */
  readonly report: ReportForm | null
  readonly output: string | null
  readonly explain: boolean
  readonly color: boolean
}

export const usage = usageOf('slo-check')
const DEFAULT_DIR = '.plimsoll'

/**
 * Reads the command line of a check.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_USAGE`
 */
export function checkArguments(args: readonly string[]): CheckArguments {
  const { values, tokens } = parseOptions(args, OPTIONS, usage)
  const { specs, otlp } = filesOf(tokens)
  if (specs.length === 0) throw usage('no spec file given; for example: slo-check slo.yaml')
  const form = FORMS.find((known) => known === values.report)
  if (values.report !== undefined && form === undefined)
    throw usage(`--report must be one of ${FORMS.join(', ')}, got ${JSON.stringify(values.report)}`)
  const server = serverArguments(values, usage)
  if (server !== null && otlp.length > 0) throw usage('--prometheus and --otlp exclude each other')
  if (server !== null && values.dir !== undefined)
    throw usage('--prometheus and --dir exclude each other')
  if (server === null && values.window === undefined && values.at !== undefined)
    throw usage('--at needs --window or --prometheus')
  if (values.window !== undefined && values.run !== undefined)
    throw usage('--window is for all runs, --run for one: they exclude each other')
  return {
    specs,
    choice: { dir: values.dir ?? DEFAULT_DIR, run: values.run ?? null, otlp },
    server,
    windowSeconds: values.window === undefined ? null : wholeSeconds(values.window),
    at: values.at === undefined ? null : timeSeconds(values.at, '--at', usage),
    report: form ?? null,
    output: values.output ?? null,
    explain: values.explain,
    color: !values['no-color'],
  }
}

type Tokens = ReturnType<typeof parseOptions<typeof OPTIONS>>['tokens']

/** `--otlp` takes all that follows it up to the next option, as shells expand patterns; a YAML file is always a spec. */
function filesOf(tokens: Tokens): { specs: string[]; otlp: string[] } {
  const specs: string[] = []
  const otlp: string[] = []
  let taking = false
  for (const token of tokens) {
    if (token.kind === 'option') {
      taking = token.name === 'otlp'
      if (taking && token.value !== undefined) otlp.push(token.value)
    } else if (token.kind === 'positional') {
      const isSpec = !taking || /\.ya?ml$/iu.test(token.value)
      ;(isSpec ? specs : otlp).push(token.value)
    } else {
      taking = false
    }
  }
  return { specs, otlp }
}

function wholeSeconds(text: string): number {
  const ms = durationMs(text, '--window', usage)
  if (ms > 0 && ms % 1000 === 0) return ms / 1000
  throw usage(`--window needs a whole number of seconds above 0, got ${JSON.stringify(text)}`)
}
