import { createEngine, type Engine } from '@plimsoll/promql'
import { parseSpecs, sloRules, type RuleFile, type SloRulesOptions } from '@plimsoll/slo-check'

let started: Promise<Engine> | undefined

/** The rules of a spec, checked by the real parser. */
export async function rulesOf(
  spec: string,
  links: Omit<SloRulesOptions, 'parse'> = {},
): Promise<RuleFile> {
  started ??= createEngine()
  const engine = await started
  const specs = parseSpecs([{ name: 'slo.yaml', text: spec }])
  return sloRules(specs, { parse: (query) => engine.parse(query), ...links })
}

/** The expression that records a series. */
export function expressionOf(file: RuleFile, record: string): string {
  const rules = file.groups.flatMap((group) => group.rules)
  const rule = rules.find((one) => 'record' in one && one.record === record)
  if (rule === undefined) throw new Error(`nothing records ${record}`)
  return rule.expr
}

/** The alerts of a file. */
export function alertsOf(file: RuleFile) {
  return file.groups.flatMap((group) => group.rules).filter((rule) => 'alert' in rule)
}
