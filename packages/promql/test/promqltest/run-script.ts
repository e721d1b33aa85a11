import { type Engine, PromqlError } from '@plimsoll/promql'

import { compare } from './compare.ts'
import { messagesOf } from './expectation.ts'
import { otlpOfLoad } from './otlp-of-load.ts'
import { type Command, readScript } from './script.ts'

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

function load(
  engine: Engine,
  { line, series, stepMs }: Extract<Command, { kind: 'load' }>,
): string[] {
  const report = engine.load([otlpOfLoad(engine, series, stepMs)], `load at line ${line}`)
  return report.problems.map((problem) => problem.message)
}

function evaluate(engine: Engine, command: Extract<Command, { kind: 'eval' }>): string[] {
  const failures = messagesOf(command.expectations, 'fail')
  try {
    const got = engine.instant(command.query, command.atMs / 1000)
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
