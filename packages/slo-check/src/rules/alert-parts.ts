import type { Objective } from '../spec/model.ts'
import type { RuleLinks } from './annotations.ts'
import { ruleDuration } from '../span-text.ts'
import { literal, type SloLabels } from './slo-labels.ts'
import type { BurnWindows, Severity } from './windows.ts'

/** What the alerts of an objective are made of. */
export interface AlertParts<Indicator> {
  readonly objective: Objective
  readonly indicator: Indicator
  readonly labels: SloLabels
  readonly windows: readonly BurnWindows[]
  readonly links: RuleLinks
}

/** A condition that too few events do not meet, because they tell nothing. */
export function trafficGuard(
  { minSamples }: Objective,
  events: ((window: number) => string) | null,
  window: number,
): string[] {
  return minSamples === 0 || events === null ? [] : [`on () ${events(window)} >= ${minSamples}`]
}

/** The labels of an alert; Prometheus expands templates in them. */
export function alertLabels(
  severity: Severity,
  labels: SloLabels,
  long: number,
  short: number,
): Record<string, string> {
  return {
    severity,
    slo: labels.slo,
    slo_objective: literal(labels.slo_objective),
    slo_service: labels.slo_service,
    long_window: ruleDuration(long),
    short_window: ruleDuration(short),
  }
}
