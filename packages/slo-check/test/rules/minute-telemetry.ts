import { START } from '../otlp-lines.ts'

export const MINUTE = 60
export const HOUR = 60 * MINUTE

/** What happens in a minute: events by series. */
type Minute = Readonly<Record<string, number>>

/** Phases of a service, each of some minutes. */
export interface Phase {
  readonly minutes: number
  readonly each: Minute
}

/** A counter of one instance: when it began, and what it has counted. */
interface Counter {
  readonly start: number
  readonly value: number
}

/** A service that starts anew, as another instance, every 100 minutes, and exports once a minute. */
export function telemetry(phases: readonly Phase[], service = 'harvest'): string[] {
  const minutes = phases.flatMap(({ minutes: count, each }) =>
    Array.from({ length: count }, () => each),
  )
  const life = 100
  const lines: string[] = []
  for (let birth = 0; birth < minutes.length; birth += life) {
    const counters = new Map<string, Counter>()
    for (const [age, each] of minutes.slice(birth, birth + life).entries()) {
      const start = START + (birth + age) * MINUTE
      for (const [name, count] of Object.entries(each)) {
        const before = counters.get(name) ?? { start, value: 0 }
        counters.set(name, { ...before, value: before.value + count })
      }
      lines.push(lineOf(service, `instance-${birth}`, counters, start + MINUTE))
    }
  }
  return lines
}

/** Cumulative counters of one instance; a name may carry one label, `name/value`. */
function lineOf(
  service: string,
  instance: string,
  counters: ReadonlyMap<string, Counter>,
  time: number,
): string {
  const metrics = [...counters].map(([key, { start, value }]) => {
    const [name, kind] = key.split('/')
    const attributes = kind === undefined ? [] : [attribute('kind', kind)]
    const point = { attributes, ...interval(start, time), asInt: String(value) }
    return { name, sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] } }
  })
  const attributes = [
    attribute('service.name', service),
    attribute('service.instance.id', `${service}-${instance}`),
  ]
  return JSON.stringify({
    resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }],
  })
}

export function attribute(key: string, stringValue: string): unknown {
  return { key, value: { stringValue } }
}

export function interval(start: number, time: number): Record<string, string> {
  return { startTimeUnixNano: `${start * 1000}000000`, timeUnixNano: `${time * 1000}000000` }
}
