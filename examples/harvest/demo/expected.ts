import type { Profile } from '../origin/profile.ts'
import type { Report } from './gate.ts'

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
  const broken = BROKEN[profile]
  const missing = broken.filter((slo) => !report.objectives.some((each) => each.slo === slo))
  return [
    ...missing.map((slo) => `${slo} is not in the report`),
    ...report.objectives
      .map(({ slo, verdict }) => ({
        slo,
        verdict,
        declared: broken.includes(slo) ? 'fail' : 'pass',
      }))
      .filter(({ verdict, declared }) => verdict !== declared)
      .map(({ slo, verdict, declared }) => `${slo} is ${verdict}, declared ${declared}`),
  ]
}
