import { type Engine, type InstantResult, PromqlError, type RangeResult } from '@plimsoll/promql'

import { compare } from './compare.ts'
import { messagesOf } from './expectation.ts'
import { otlpOfLoad } from './otlp-of-load.ts'
import { type Command, type LoadedSeries, readScript } from './script.ts'

export interface ScriptResult {
  /** How many queries were asked. */
  readonly evals: number
  /** Everything that is not as the script says, with its line. */
  readonly faults: readonly string[]
}

/** Runs a script on an engine, which it empties first. */
export function runScript(engine: Engine, text: string): ScriptResult {
  const faults: string[] = []
  let evals = 0
  engine.clear()
  for (const command of readScript(text)) {
    const told = (fault: string): void => void faults.push(`line ${command.line}: ${fault}`)
    if (command.kind === 'clear') engine.clear()
    else if (command.kind === 'load') load(engine, command).forEach(told)
    else {
      evals++
      evaluate(engine, command).forEach(told)
    }
  }
  return { evals, faults }
}

function ask(
  engine: Engine,
  { query, time }: Extract<Command, { kind: 'eval' }>,
): InstantResult | RangeResult {
  if (time.kind === 'instant') return engine.instant(query, time.atMs / 1000)
  return engine.range(query, time.fromMs / 1000, time.toMs / 1000, time.stepMs / 1000)
}

function load(
  engine: Engine,
  { line, series, stepMs }: Extract<Command, { kind: 'load' }>,
): string[] {
  const report = engine.load([otlpOfLoad(engine, series, stepMs)], `load at line ${line}`)
  const mixed = series.some(isMixed)
  return report.problems
    .filter(({ kind }) => !(mixed && kind === 'metric-collision'))
    .map((problem) => problem.message)
}

/** Two metrics of one name, which OTLP sees as a mistake and scripts may want. */
function isMixed({ points }: LoadedSeries): boolean {
  return new Set(points.filter((one) => one !== undefined).map((one) => typeof one)).size > 1
}

function evaluate(engine: Engine, command: Extract<Command, { kind: 'eval' }>): string[] {
  const failures = messagesOf(command.expectations, 'fail')
  try {
    const got = ask(engine, command)
    if (failures.length > 0)
      return [`no failure, but ${JSON.stringify(got.result)}: ${command.query}`]
    return compare(command, got).map((fault) => `${fault}: ${command.query}`)
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error
    if (failures.length === 0) return [`failed with "${error.message}": ${command.query}`]
    return failures
      .filter((one) => !one.matches(error.message))
      .map((one) => `failed with "${error.message}", not as "${one.text}": ${command.query}`)
  }
}
