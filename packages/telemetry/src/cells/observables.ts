import type {
  Attributes,
  BatchObservableCallback,
  Observable,
  ObservableCallback,
} from '@opentelemetry/api'
import type { FaultReport } from '../diagnostics.ts'
import type { Metric, Point } from './metric.ts'

/** What one run of a callback observed. */
type Observations = Map<Point<number>, number>

interface Registration {
  readonly callback: ObservableCallback | BatchObservableCallback
  readonly observables: readonly CellObservable[]
  /** Runs the callback; `observe` takes what it tells. */
  readonly run: (observe: Observe) => void | Promise<void>
  /** What the last run that came to its end observed, where the callback is asynchronous. */
  known: Observations | undefined
  pending: boolean
}

type Observe = (observable: CellObservable, value: number, attributes: Attributes) => void

/** An instrument whose values the program tells when asked. */
export interface CellObservable extends Observable {
  readonly metric: Metric
}

/**
 * The callbacks of one meter. A synchronous callback is asked at each collection. What an asynchronous one observes
 * counts once it has settled, so that a collection never waits: its last known values stand in until then.
 */
export class Observables {
  readonly #registrations: Registration[] = []
  readonly #metrics = new Set<Metric>()
  readonly #report: FaultReport

  constructor(report: FaultReport) {
    this.#report = report
  }

  create(metric: Metric): CellObservable {
    this.#metrics.add(metric)
    const observable: CellObservable = {
      metric,
      addCallback: (callback) => {
        if (this.#find(callback, [observable]) !== -1) return
        this.#register(callback, [observable], (observe) =>
          callback({ observe: (value, attributes = {}) => observe(observable, value, attributes) }),
        )
      },
      removeCallback: (callback) => this.#remove(callback, [observable]),
    }
    return observable
  }

  addBatch(callback: BatchObservableCallback, observables: readonly Observable[]): void {
    const ours = observables.filter(isCellObservable)
    if (ours.length === 0 || this.#find(callback, ours) !== -1) return
    this.#register(callback, ours, (observe) =>
      callback({
        observe: (observable, value, attributes = {}) => {
          if (isCellObservable(observable)) observe(observable, value, attributes)
        },
      }),
    )
  }

  removeBatch(callback: BatchObservableCallback, observables: readonly Observable[]): void {
    this.#remove(callback, observables.filter(isCellObservable))
  }

  /** Asks every callback; afterwards the points that were observed, and no others, are live. */
  observe(): void {
    const observed = this.#registrations.map((registration) => this.#run(registration))
    for (const metric of this.#metrics)
      for (const point of metric.points()) point.place.live = false
    for (const observations of observed) {
      for (const [point, value] of observations) {
        point.cell.record(value)
        point.place.live = true
      }
    }
  }

  #run(registration: Registration): Observations {
    if (registration.pending) return registration.known ?? new Map()
    const observations: Observations = new Map()
    const place = `a callback of ${registration.observables.map((o) => o.metric.descriptor.name).join(', ')}`
    try {
      const settled = registration.run((observable, value, attributes) => {
        const allowed = registration.observables.includes(observable)
        if (allowed) observations.set(observedPoint(observable.metric, attributes), value)
      })
      if (!isPromise(settled)) return observations
      registration.pending = true
      settled.then(
        () => {
          registration.pending = false
          registration.known = observations
        },
        (error: unknown) => {
          registration.pending = false
          this.#report(place, error)
        },
      )
    } catch (error) {
      this.#report(place, error)
    }
    return registration.known ?? new Map()
  }

  #register(
    callback: Registration['callback'],
    observables: readonly CellObservable[],
    run: Registration['run'],
  ): void {
    this.#registrations.push({ callback, observables, run, known: undefined, pending: false })
  }

  #remove(callback: Registration['callback'], observables: readonly CellObservable[]): void {
    const index = this.#find(callback, observables)
    if (index !== -1) this.#registrations.splice(index, 1)
  }

  #find(callback: Registration['callback'], observables: readonly CellObservable[]): number {
    return this.#registrations.findIndex(
      (known) =>
        known.callback === callback &&
        known.observables.length === observables.length &&
        known.observables.every((observable) => observables.includes(observable)),
    )
  }
}

function observedPoint(metric: Metric, attributes: Attributes): Point<number> {
  // Observables are sums and gauges, whose values are numbers; histograms have no observable form.
  return metric.point(attributes) as Point<number>
}

function isCellObservable(observable: Observable): observable is CellObservable {
  return 'metric' in observable
}

function isPromise(value: void | Promise<void>): value is Promise<void> {
  return typeof value === 'object' && typeof value.then === 'function'
}
