import { quoted } from '../query/selector.ts'
import type { Objective } from '../spec/model.ts'

/** The labels by which the series and alerts of an objective are known. */
export interface SloLabels {
  readonly slo: string
  readonly slo_objective: string
  readonly slo_service: string
}

/** The labels of each objective. Two objectives of one SLO with the same display name are told apart by an ordinal. */
export function labelsOf(objectives: readonly Objective[]): readonly SloLabels[] {
  const seen = new Map<string, number>()
  return objectives.map(({ slo, objective, service }) => {
    const key = JSON.stringify([slo, objective])
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    const name = count === 1 ? objective : `${objective} (${count})`
    return { slo, slo_objective: name, slo_service: service }
  })
}

/** A recorded series of an objective. */
export function recorded(name: string, labels: SloLabels): string {
  const matchers = Object.entries(labels).map(([key, value]) => `${key}=${quoted(value)}`)
  return `${name}{${matchers.join(',')}}`
}

/** Text for a place where Prometheus expands templates. */
export function literal(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}')
}
