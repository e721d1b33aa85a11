import {
  INVALID_SPAN_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Histogram,
  type Logger,
  type LoggerProvider,
  type MeterProvider,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { faultReport } from '@plimsoll/telemetry'

/** What takes the telemetry of the program now: what we stand in for, or our own. */
export interface Relay<Provider> {
  readonly own: Provider
  /** That of the SDK which took the place; undefined until then. */
  readonly other: () => Provider | undefined
}

/**
 * OpenTelemetry's instrumentations of HTTP clients: they measure the exchanges that we measure. Where we keep the numbers
 * and spans, ours count.
 */
const INSTRUMENTATIONS: ReadonlySet<string> = new Set([
  '@opentelemetry/instrumentation-undici',
  '@opentelemetry/instrumentation-http',
])

/** Tracers for the program that follow it to the SDK which it starts later, as those of the API do. */
export function standInTracers({ own, other }: Relay<TracerProvider>): TracerProvider {
  return {
    getTracer(...asked) {
      const ours = own.getTracer(...asked)
      const silent = INSTRUMENTATIONS.has(asked[0])
      return new StandInTracer(silent ? new SilentTracer(ours) : ours, () =>
        other()?.getTracer(...asked),
      )
    },
  }
}

/** A tracer whose three ways to call one method are handed on as they are. */
interface AnyTracer {
  startActiveSpan(...args: readonly unknown[]): never
}

class StandInTracer implements Tracer {
  readonly #own: Tracer
  readonly #find: () => Tracer | undefined
  #other: Tracer | undefined

  constructor(own: Tracer, find: () => Tracer | undefined) {
    this.#own = own
    this.#find = find
  }

  startSpan(...args: Parameters<Tracer['startSpan']>): Span {
    return this.#now().startSpan(...args)
  }

  startActiveSpan(...args: readonly unknown[]): never {
    return (this.#now() as unknown as AnyTracer).startActiveSpan(...args)
  }

  #now(): Tracer {
    this.#other ??= this.#find()
    return this.#other ?? this.#own
  }
}

/** The tracer of an instrumentation, without the spans of the exchanges that we tell of ourselves. */
class SilentTracer implements Tracer {
  readonly #own: Tracer

  constructor(own: Tracer) {
    this.#own = own
  }

  startSpan(name: string, options?: SpanOptions, within?: Context): Span {
    if (options?.kind === SpanKind.CLIENT) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
    return this.#own.startSpan(name, options, within)
  }

  startActiveSpan(...args: readonly unknown[]): never {
    return (this.#own as unknown as AnyTracer).startActiveSpan(...args)
  }
}

/**
 * Loggers likewise. The SDK throws at what is no record: not into a program that did not ask for one, for without us the
 * API's own logger would have taken it in silence.
 */
export function standInLoggers({ own, other }: Relay<LoggerProvider>): LoggerProvider {
  const report = faultReport()
  return {
    getLogger(...asked) {
      const ours = own.getLogger(...asked)
      let theirs: Logger | undefined
      const now = (): Logger => {
        theirs ??= other()?.getLogger(...asked)
        return theirs ?? ours
      }
      return {
        emit(record) {
          const logger = now()
          if (logger !== ours) return logger.emit(record)
          try {
            ours.emit(record)
          } catch (error) {
            report('emitting a log record', error)
          }
        },
        enabled: (options) => now().enabled(options),
      }
    },
  }
}

/**
 * Meters of ours. The exchanges that we count are not counted by an instrumentation as well, until there is an SDK: there
 * the instrumentation counts, however early it was made.
 */
export function standInMeters({ own, other }: Relay<MeterProvider>): MeterProvider {
  return {
    getMeter(...asked) {
      const meter = own.getMeter(...asked)
      if (!INSTRUMENTATIONS.has(asked[0])) return meter
      return {
        ...meter,
        createHistogram(name, options) {
          if (name !== INSTRUMENTS.requestDuration.name) return meter.createHistogram(name, options)
          let theirs: Histogram | undefined
          return {
            record(...measured) {
              theirs ??= other()
                ?.getMeter(...asked)
                .createHistogram(name, options)
              theirs?.record(...measured)
            },
          }
        },
      }
    },
  }
}
