import { writeFileSync } from 'node:fs'
import { fileFault } from '../file-fault.ts'
import { renderRules } from '../rules/render.ts'
import { sloRules } from '../rules/slo-rules.ts'
import { parseSpecs } from '../spec/parse-specs.ts'
import { parseOptions, usageOf } from './options.ts'
import { readSpec } from './spec-files.ts'
import type { ExitCode, Subcommand, Terminal } from './terminal.ts'

const HELP = `Usage: slo-check rules <slo.yaml>... [options]

Writes the rule file of Prometheus for OpenSLO v1 files: recording rules of error ratios and budgets, and alerts for
budgets that burn too fast (multi-window, multi-burn-rate).

  --output FILE         write the rules there                 (default: to stdout)
  --runbook-url URL     the page that the alerts link to      (default: docs/alerts.md)
  --dashboard-url URL   the dashboard that they link to       (default: /d/plimsoll-overview)
  --debug               show the stack of an error
  --version, --help

Exit codes:
  0  written
  2  a spec or a query is not valid, or it could not be written
`

const OPTIONS = {
  output: { type: 'string' },
  'runbook-url': { type: 'string' },
  'dashboard-url': { type: 'string' },
} as const

const usage = usageOf('slo-check rules')

/** `slo-check rules <spec>…`: the same promises, watched by Prometheus. */
export const rulesCommand: Subcommand = { help: HELP, run: runRules }

async function runRules(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, usage)
  if (positionals.length === 0)
    throw usage('no spec file given; for example: slo-check rules slo.yaml')
  const starting = terminal.startEngine()
  starting.catch(() => undefined)
  const specs = parseSpecs(positionals.map(readSpec))
  using engine = await starting
  const { 'runbook-url': runbookUrl, 'dashboard-url': dashboardUrl, output } = values
  const file = sloRules(specs, {
    parse: (query) => engine.parse(query),
    ...(runbookUrl === undefined ? {} : { runbookUrl }),
    ...(dashboardUrl === undefined ? {} : { dashboardUrl }),
  })
  const text = renderRules(file)
  if (output === undefined) terminal.out(text)
  else write(output, text)
  return 0
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw fileFault(`write the rules to ${path}`, error)
  }
}
