import type { ObjectiveReport, Report } from '@plimsoll/slo-check'
import type { Expected, Promised } from './objectives.ts'

/** What a report says otherwise than the truth, a line for each. */
export function surprisesOf(
  report: Report,
  promises: readonly Promised[],
  run: { readonly complete: boolean },
): readonly string[] {
  return promises.flatMap(({ slo, expected }) => {
    const objective = report.objectives.find((one) => one.slo === slo)
    if (objective === undefined) return [`${slo} is not in the report`]
    const wrong = complaintOf(objective, expected, run.complete)
    return wrong === undefined ? [] : [`${slo}: ${wrong}; the report says ${told(objective)}`]
  })
}

function complaintOf(
  objective: ObjectiveReport,
  expected: Expected,
  complete: boolean,
): string | undefined {
  const { value, bounds, verdict, kind } = objective
  if (expected.is === 'no-data')
    return verdict === 'no_data' ? undefined : 'there was nothing to measure'
  if (expected.is === 'doubtful') {
    const decides = verdict === 'pass' || verdict === 'fail'
    return decides ? 'series began again, or have no common bounds: nothing can be told' : undefined
  }
  if (expected.is === 'within-bounds') {
    const [low, high] = bounds
    const inside = (low ?? -Infinity) <= expected.value && expected.value <= (high ?? Infinity)
    return inside ? undefined : `the truth, ${expected.value}, is outside`
  }
  const exact = kind === 'count' || Number.isInteger(expected.value)
  const right = exact ? value === expected.value : isNear(value, expected.value)
  if (!right) return `the truth is ${expected.value}`
  const verdicts = expected.kept ? keptVerdicts(complete) : brokenVerdicts(complete)
  return verdicts.includes(verdict) ? undefined : `it should be ${verdicts.join(' or ')}`
}

const keptVerdicts = (complete: boolean): readonly string[] =>
  complete ? ['pass'] : ['inconclusive']

/** What an incomplete run has broken stays broken, but for a count that it may yet reach. */
const brokenVerdicts = (complete: boolean): readonly string[] =>
  complete ? ['fail'] : ['fail', 'inconclusive']

function isNear(value: number | null, truth: number): boolean {
  return value !== null && Math.abs(value - truth) <= 1e-9 * Math.abs(truth)
}

function told({ verdict, value, bounds, reason }: ObjectiveReport): string {
  return `${verdict}, ${String(value)} in [${bounds.map(String).join(', ')}], ${reason}`
}
