import { writeFileSync } from 'node:fs'
import type { Engine } from '@plimsoll/promql'
import { check } from '../check.ts'
import { fileFault } from '../file-fault.ts'
import type { Step } from '../query/ask.ts'
import { ANSI, PLAIN, type Colours } from '../report/colours.ts'
import { renderExplain } from '../report/explain.ts'
import { renderJson } from '../report/json.ts'
import type { Report } from '../report/model.ts'
import { renderTable } from '../report/table.ts'
import { embeddedSource } from '../source/embedded.ts'
import { planSource, planWindow } from '../source/plan.ts'
import type { Source } from '../source/source.ts'
import { readTelemetryFiles } from '../source/telemetry-files.ts'
import { parseSpecs } from '../spec/parse-specs.ts'
import { exitCodeOf } from '../verdict.ts'
import { checkArguments, type CheckArguments, type ReportForm } from './check-arguments.ts'
import { HELP } from './help.ts'
import { readSpec } from './spec-files.ts'
import type { ExitCode, Subcommand, Terminal } from './terminal.ts'

/** `slo-check <spec>…`: were the promises kept? */
export const checkCommand: Subcommand = { help: HELP, run: runCheck }

async function runCheck(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const asked = checkArguments(args)
  // The engine takes the longest to start: meanwhile the files are read.
  const starting = terminal.startEngine()
  starting.catch(() => undefined)
  const specs = parseSpecs(asked.specs.map(readSpec))
  using source = await openSource(asked, starting, terminal)
  const steps: Step[] = []
  const onStep = (step: Step): void => {
    steps.push(step)
  }
  const report = await check({ specs, source, ...(asked.explain ? { onStep } : {}) })
  for (const warning of report.warnings) terminal.err(`warning: ${warning}\n`)
  print(asked, report, terminal)
  if (asked.explain) {
    const text = renderExplain(report, steps)
    // JSON on stdout stays JSON.
    if (printsJson(asked)) terminal.err(text)
    else terminal.out(`\n${text}`)
  }
  if (asked.output !== null) writeReport(asked.output, asked.report, report)
  return exitCodeOf(report.verdict)
}

async function openSource(
  asked: CheckArguments,
  starting: Promise<Engine>,
  terminal: Terminal,
): Promise<Source> {
  if (asked.server !== null) {
    // HTTP and TLS take a while to load, and files need neither.
    const { openServer } = await import('./open-server.ts')
    return openServer(asked, asked.server, starting, terminal)
  }
  const { choice, windowSeconds, at } = asked
  const plan = windowSeconds === null ? planSource(choice) : planWindow(choice)
  return embeddedSource({
    ...plan,
    engine: await starting,
    files: readTelemetryFiles(plan.description.files),
    window: windowSeconds === null ? null : { seconds: windowSeconds, at },
  })
}

function print(asked: CheckArguments, report: Report, terminal: Terminal): void {
  terminal.out(
    printsJson(asked) ? renderJson(report) : renderTable(report, coloursFor(asked, terminal)),
  )
}

function printsJson(asked: CheckArguments): boolean {
  return asked.report === 'json' && asked.output === null
}

function coloursFor(asked: CheckArguments, terminal: Terminal): Colours {
  const unwanted = !asked.color || (terminal.env['NO_COLOR'] ?? '') !== ''
  return terminal.isTty && !unwanted ? ANSI : PLAIN
}

function writeReport(path: string, form: ReportForm | null, report: Report): void {
  const chosen = form ?? (path.endsWith('.json') ? 'json' : 'table')
  try {
    writeFileSync(path, chosen === 'json' ? renderJson(report) : renderTable(report))
  } catch (error) {
    throw fileFault(`write the report to ${path}`, error)
  }
}
