import type { Profile } from '../origin/profile.ts'
import type { Report } from './gate.ts'

/** Every promise of slo.yaml. */
const PROMISES = [
  'yield',
  'first-artifact-p50',
  'first-artifact-p95',
  'rate-limited',
  'metadata-cache',
  'limiter-wait',
  'breaker-opens',
  'corrupt-accepted',
]

/** The promises that each profile breaks. All others are kept. */
export const BROKEN: Readonly<Record<Profile, readonly string[]>> = {
  calm: [],
  stormy: ['yield', 'rate-limited', 'limiter-wait', 'breaker-opens'],
}

/** The exit code of `slo-check` for a profile. */
export function expectedExit(profile: Profile): number {
  return BROKEN[profile].length === 0 ? 0 : 1
}

/** What the report says otherwise than declared, a line for each. */
export function surprises(profile: Profile, report: Report): readonly string[] {
  const found = new Map(report.objectives.map(({ slo, verdict }) => [slo, verdict]))
  const unknown = [...found.keys()].filter((slo) => !PROMISES.includes(slo))
  const wrong = PROMISES.flatMap((slo) => {
    const declared = BROKEN[profile].includes(slo) ? 'fail' : 'pass'
    const verdict = found.get(slo) ?? 'not in the report'
    return verdict === declared ? [] : [`${slo} is ${verdict}, declared ${declared}`]
  })
  return [...wrong, ...unknown.map((slo) => `${slo} is not declared`)]
}
