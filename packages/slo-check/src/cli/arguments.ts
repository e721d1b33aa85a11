import { parseArgs } from 'node:util'
import { SloCheckError, messageOf } from '../error.ts'
import { didYouMean } from '../similar.ts'
import type { Choice } from '../source/plan.ts'

const OPTIONS = {
  run: { type: 'string' },
  otlp: { type: 'string', multiple: true },
  dir: { type: 'string', default: '.plimsoll' },
  report: { type: 'string' },
  output: { type: 'string' },
  explain: { type: 'boolean', default: false },
  debug: { type: 'boolean', default: false },
  'no-color': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const

/** Forms of the report; others join here. */
const FORMS = ['table', 'json'] as const

export type ReportForm = (typeof FORMS)[number]

export interface CheckCommand {
  readonly name: 'check'
  readonly specs: readonly string[]
  readonly choice: Choice
  /** Null where it was not asked for. */
  readonly report: ReportForm | null
  readonly output: string | null
  readonly explain: boolean
  readonly color: boolean
}

export type Command = { readonly name: 'help' | 'version' } | CheckCommand

/**
 * Reads the command line.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_USAGE`
 */
export function parseArguments(args: readonly string[]): Command {
  const { values, tokens } = parse(args)
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  const { specs, otlp } = filesOf(tokens)
  if (specs.length === 0) throw usage('no spec file given; for example: slo-check slo.yaml')
  const form = FORMS.find((known) => known === values.report)
  if (values.report !== undefined && form === undefined)
    throw usage(`--report must be one of ${FORMS.join(', ')}, got ${JSON.stringify(values.report)}`)
  for (const [name, value] of Object.entries(values))
    if ([value].flat().includes('')) throw usage(`--${name} needs a value`)
  return {
    name: 'check',
    specs,
    choice: { dir: values.dir, run: values.run ?? null, otlp },
    report: form ?? null,
    output: values.output ?? null,
    explain: values.explain,
    color: !values['no-color'],
  }
}

type Parsed = ReturnType<typeof parseTokens>

function parse(args: readonly string[]): Parsed {
  try {
    return parseTokens(args)
  } catch (error) {
    const option = /Unknown option '(-{1,2}[^']*)'/u.exec(messageOf(error))?.[1]
    if (option === undefined) throw usage(messageOf(error))
    const known = Object.keys(OPTIONS).map((name) => `--${name}`)
    throw usage(`unknown option ${option}${didYouMean(option, known)}`)
  }
}

function parseTokens(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true })
}

/** `--otlp` takes all that follows it up to the next option, as shells expand patterns; a YAML file is always a spec. */
function filesOf(tokens: Parsed['tokens']): { specs: string[]; otlp: string[] } {
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

function usage(message: string): SloCheckError {
  return new SloCheckError('ERR_PLIMSOLL_USAGE', `${message} (slo-check --help shows all options)`)
}
