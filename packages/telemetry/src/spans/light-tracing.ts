import {
  context,
  isSpanContextValid,
  trace,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api'
import { systemClock, type Clock } from '@plimsoll/policies'
import { faultReport, type FaultReport } from '../diagnostics.ts'
import { newSpanId, newTraceId } from './ids.ts'
import { LightContext } from './light-context.ts'
import { LightSpan, type FinishedSpan } from './light-span.ts'
import {
  inject,
  runWithin,
  unheardSpan,
  type OpenSpan,
  type Outcome,
  type TraceHeaders,
} from './open-span.ts'
import { isMarked, isSampledBy, type Sampling } from './sampling.ts'
import type { SpanDescription } from './span-fields.ts'
import { isSuppressedIn } from './suppressed.ts'
import { tracingBy, type Tracing } from './tracing.ts'

export interface LightTracingOptions {
  readonly sampling: Sampling
  /** Takes each sampled span when it has ended. */
  readonly take: (span: FinishedSpan) => void
  /** Makes a span of an SDK of this name, to keep what the program adds to a span of ours; nobody exports it. */
  readonly add: (name: string) => Span
  /** @default systemClock */
  readonly clock?: Clock
}

/**
 * Spans for one who exports them himself. The same as those of an SDK, at a fraction of the cost: a sampled span is one small
 * object and its context another, and says what it has to say when it is written; below a span that is not sampled there
 * are none.
 */
export function createLightTracing(options: LightTracingOptions): Tracing {
  const { sampling, take, add, clock = systemClock } = options
  const report = faultReport()
  const addition = { add, report }
  const isSampled = isSampledBy(sampling)
  const unheard = unheardSpan(report)

  function start<Start, Record extends Outcome>(
    description: SpanDescription<Start, Record>,
    of: Start,
  ): OpenSpan<Record> {
    try {
      const around = context.active()
      if (isSuppressedIn(around)) return unheard
      const parent = parentOf(around)
      const traceId = parent === undefined ? newTraceId() : parent.traceId
      if (isSampled(traceId, parent)) {
        const span = new LightSpan(description, of, traceId, parent, clock.epoch(), addition)
        return new SampledSpan(span, around, clock, take, report)
      }
      // The trace goes on as it is: who is below hears that it is not sampled.
      if (parent !== undefined && !isMarked(parent)) return unheard
      return new UnsampledSpan(unsampled(traceId, parent), around, report)
    } catch (error) {
      report('starting a span', error)
      return unheard
    }
  }

  return tracingBy(start, unheard, () => true)
}

function parentOf(around: Context): SpanContext | undefined {
  if (around instanceof LightContext) return around.span.spanContext()
  const parent = trace.getSpanContext(around)
  return parent !== undefined && isSpanContextValid(parent) ? parent : undefined
}

function unsampled(traceId: string, parent: SpanContext | undefined): Span {
  const traceState = parent?.traceState
  const common = { traceId, spanId: newSpanId(), traceFlags: 0 }
  return trace.wrapSpanContext(traceState === undefined ? common : { ...common, traceState })
}

class UnsampledSpan implements OpenSpan<Outcome> {
  protected readonly own: Context
  protected readonly report: FaultReport

  constructor(span: Span, around: Context, report: FaultReport) {
    this.own = new LightContext(span, around)
    this.report = report
  }

  run<T>(fn: () => T): T {
    return runWithin(this.own, fn, this.report)
  }

  end(): void {
    // Nobody will hear of it.
  }

  headers(): TraceHeaders | undefined {
    return inject(this.own, this.report)
  }
}

class SampledSpan<Start, Record extends Outcome> extends UnsampledSpan implements OpenSpan<Record> {
  readonly #span: LightSpan<Start, Record>
  readonly #clock: Clock
  readonly #take: (span: FinishedSpan) => void
  readonly #startMs: number

  constructor(
    span: LightSpan<Start, Record>,
    around: Context,
    clock: Clock,
    take: (span: FinishedSpan) => void,
    report: FaultReport,
  ) {
    super(span, around, report)
    this.#span = span
    this.#clock = clock
    this.#take = take
    this.#startMs = clock.now()
  }

  override end(record?: Record): void {
    try {
      if (record !== undefined && this.#span.finish(record, this.#clock.now() - this.#startMs)) {
        this.#take(this.#span)
      }
    } catch (error) {
      this.report('ending a span', error)
    }
  }
}
