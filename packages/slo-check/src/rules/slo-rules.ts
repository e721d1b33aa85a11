import { SloCheckError, type Issue } from '../error.ts'
import type { Specs } from '../spec/model.ts'
import type { RuleLinks } from './annotations.ts'
import { objectiveRules } from './objective-rules.ts'
import type { RuleFile, RuleGroup } from './rule-file.ts'
import type { Parse } from './rule-query.ts'
import { labelsOf } from './slo-labels.ts'

export interface SloRulesOptions extends RuleLinks {
  /** Parses PromQL: `engine.parse` of `@plimsoll/promql`. */
  readonly parse: Parse
}

/**
 * Recording rules and multi-window, multi-burn-rate alerts for every objective of the specs (Google, The Site
 * Reliability Workbook, chapter 5), as a rule file of Prometheus. The same specs give the same file.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_QUERY_INVALID` with every query that does not parse, that asks for `$run`, or that
 * cannot be asked over the windows of rules.
 */
export function sloRules(specs: Specs, options: SloRulesOptions): RuleFile {
  const { parse, ...links } = options
  const issues: Issue[] = []
  const groups: RuleGroup[] = []
  const labels = labelsOf(specs.objectives)
  for (const [index, objective] of specs.objectives.entries()) {
    const own = labels[index]
    if (own === undefined) throw new RangeError(`objective ${index} has no labels`)
    const made = objectiveRules(objective, own, groupName(specs, index), { parse, links })
    if ('issues' in made) issues.push(...made.issues)
    else groups.push(...made)
  }
  if (issues.length > 0) {
    throw new SloCheckError(
      'ERR_PLIMSOLL_QUERY_INVALID',
      issues.length === 1
        ? 'a query cannot be made a rule'
        : `${issues.length} queries cannot be made rules`,
      { issues },
    )
  }
  for (const { rules } of groups) for (const { expr } of rules) parse(expr)
  return { header: headerOf(specs), groups }
}

/** The SLO's name, with an ordinal where it has several objectives. */
function groupName({ objectives }: Specs, index: number): string {
  const slo = objectives[index]?.slo ?? ''
  const siblings = objectives.flatMap((one, at) => (one.slo === slo ? [at] : []))
  return siblings.length === 1 ? `slo:${slo}` : `slo:${slo}:${siblings.indexOf(index) + 1}`
}

function headerOf({ files }: Specs): string[] {
  return [
    `Made by: slo-check rules ${files.join(' ')}`,
    'Change the spec and make it anew. What each alert means and what to do: docs/alerts.md.',
  ]
}
