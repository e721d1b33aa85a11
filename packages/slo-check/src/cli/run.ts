import { readFileSync, writeFileSync } from 'node:fs'
import type { Engine } from '@plimsoll/promql'
import { check } from '../check.ts'
import { SloCheckError } from '../error.ts'
import { fileFault } from '../file-fault.ts'
import type { Step } from '../query/ask.ts'
import { ANSI, PLAIN, type Colours } from '../report/colours.ts'
import { renderExplain } from '../report/explain.ts'
import { renderJson } from '../report/json.ts'
import type { Report } from '../report/model.ts'
import { renderTable } from '../report/table.ts'
import { embeddedSource } from '../source/embedded.ts'
import { planSource } from '../source/plan.ts'
import { readTelemetryFiles } from '../source/telemetry-files.ts'
import { parseSpecs, type SpecFile } from '../spec/parse-specs.ts'
import { exitCodeOf } from '../verdict.ts'
import { parseArguments, type CheckCommand, type ReportForm } from './arguments.ts'
import { failureText } from './failure.ts'
import { HELP } from './help.ts'

/** What the command line touches of its process. */
export interface Terminal {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Stdout is a terminal. */
  readonly isTty: boolean
  out(text: string): void
  err(text: string): void
  startEngine(): Promise<Engine>
}

/** Runs the command and gives its exit code; never throws. */
export async function run(terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseArguments(terminal.args)
    if (command.name === 'check') return await runCheck(command, terminal)
    terminal.out(command.name === 'help' ? HELP : `${version()}\n`)
    return 0
  } catch (error) {
    terminal.err(failureText(error, terminal.args.includes('--debug')))
    return 2
  }
}

async function runCheck(command: CheckCommand, terminal: Terminal): Promise<0 | 1 | 2> {
  // The engine takes the longest to start: meanwhile the files are read.
  const starting = terminal.startEngine()
  starting.catch(() => undefined)
  const specs = parseSpecs(command.specs.map(readSpec))
  const plan = planSource(command.choice)
  using source = embeddedSource({
    ...plan,
    engine: await starting,
    files: readTelemetryFiles(plan.description.files),
  })
  const steps: Step[] = []
  const onStep = (step: Step): void => {
    steps.push(step)
  }
  const report = await check({ specs, source, ...(command.explain ? { onStep } : {}) })
  for (const warning of report.warnings) terminal.err(`warning: ${warning}\n`)
  print(command, report, terminal)
  if (command.explain) {
    const text = renderExplain(report, steps)
    // JSON on stdout stays JSON.
    if (printsJson(command)) terminal.err(text)
    else terminal.out(`\n${text}`)
  }
  if (command.output !== null) writeReport(command.output, command.report, report)
  return exitCodeOf(report.verdict)
}

function print(command: CheckCommand, report: Report, terminal: Terminal): void {
  terminal.out(
    printsJson(command) ? renderJson(report) : renderTable(report, coloursFor(command, terminal)),
  )
}

function printsJson(command: CheckCommand): boolean {
  return command.report === 'json' && command.output === null
}

function coloursFor(command: CheckCommand, terminal: Terminal): Colours {
  const unwanted = !command.color || (terminal.env['NO_COLOR'] ?? '') !== ''
  return terminal.isTty && !unwanted ? ANSI : PLAIN
}

function readSpec(name: string): SpecFile {
  const bytes = bytesOf(name)
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    throw new SloCheckError(
      'ERR_PLIMSOLL_SPEC_INVALID',
      `the spec ${name} is no text in UTF-8: save it as such, or name another file`,
      { cause: error },
    )
  }
}

function bytesOf(spec: string): Uint8Array {
  try {
    return readFileSync(spec)
  } catch (error) {
    throw fileFault(`read the spec ${spec}`, error)
  }
}

function writeReport(path: string, asked: ReportForm | null, report: Report): void {
  const form = asked ?? (path.endsWith('.json') ? 'json' : 'table')
  try {
    writeFileSync(path, form === 'json' ? renderJson(report) : renderTable(report))
  } catch (error) {
    throw fileFault(`write the report to ${path}`, error)
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
