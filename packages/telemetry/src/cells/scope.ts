import { warn, type FaultReport } from '../diagnostics.ts'
import type { CollectedScope, MetricDescriptor } from './collected.ts'
import { createMetric, type Metric, type MetricSettings } from './metric.ts'
import { Observables } from './observables.ts'
import type { Places } from './places.ts'
import type { Shape } from './shape.ts'

/** The metrics and callbacks of one instrumentation scope. */
export class Scope {
  readonly observables: Observables
  readonly #scope: CollectedScope['scope']
  readonly #settings: MetricSettings
  readonly #places: Places
  readonly #metrics: Metric[] = []

  constructor(
    scope: CollectedScope['scope'],
    settings: MetricSettings,
    places: Places,
    report: FaultReport,
  ) {
    this.#scope = scope
    this.#settings = settings
    this.#places = places
    this.observables = new Observables(report)
  }

  /** The metric of this name: the one that is there when it is the same, names compared without case. */
  metric(descriptor: MetricDescriptor, shape: Shape): Metric {
    const namesakes = this.#metrics.filter(
      (known) => known.descriptor.name.toLowerCase() === descriptor.name.toLowerCase(),
    )
    const same = namesakes.find((known) => isSame(known, descriptor, shape))
    if (same !== undefined) return same
    if (namesakes.length > 0) {
      warn(
        `instrument ${descriptor.name} of scope ${this.#scope.name} was made before with another kind, unit or value type; both are reported`,
      )
    }
    const allot = this.#places({ scope: this.#scope, descriptor, shape })
    const metric = createMetric(descriptor, shape, this.#settings, allot)
    this.#metrics.push(metric)
    return metric
  }

  collect(endMs: number): CollectedScope | undefined {
    this.observables.observe()
    const metrics = this.#metrics
      .map((metric) => metric.collect(endMs))
      .filter((metric) => metric !== undefined)
    return metrics.length === 0 ? undefined : { scope: this.#scope, metrics }
  }

  seriesCount(): number {
    return this.#metrics.reduce((sum, metric) => sum + metric.size, 0)
  }
}

function isSame(known: Metric, descriptor: MetricDescriptor, shape: Shape): boolean {
  return (
    known.descriptor.unit === descriptor.unit &&
    known.descriptor.valueType === descriptor.valueType &&
    isSameShape(known.shape, shape)
  )
}

function isSameShape(a: Shape, b: Shape): boolean {
  if (a.kind === 'sum' && b.kind === 'sum') {
    return a.monotonic === b.monotonic && a.observed === b.observed
  }
  return a.kind === b.kind
}
