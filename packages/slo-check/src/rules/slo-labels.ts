import { quoted } from '../query/selector.ts'
import type { Objective } from '../spec/model.ts'

/** The labels by which the series and alerts of an objective are known. */
export interface SloLabels {
  readonly slo: string
  readonly slo_objective: string
  readonly slo_service: string
}

/** The labels of each objective. Those that two objectives would share are told apart by an ordinal. */
export function labelsOf(objectives: readonly Objective[]): readonly SloLabels[] {
  const taken = new Set<string>()
  return objectives.map(({ slo, objective, service }) => {
    const key = (name: string): string => JSON.stringify([slo, name])
    let name = objective
    for (let ordinal = 2; taken.has(key(name)); ordinal += 1) name = `${objective} (${ordinal})`
    taken.add(key(name))
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
