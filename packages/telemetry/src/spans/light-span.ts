import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
  TraceState,
} from '@opentelemetry/api'
import type { FaultReport } from '../diagnostics.ts'
import type { FieldSink } from '../fields.ts'
import { newSpanId } from './ids.ts'
import type { Outcome } from './open-span.ts'
import type { SpanDescription } from './span-fields.ts'

/** A sampled span that is over, for one who writes it in time: its attributes are made only then. */
export interface FinishedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly traceId: string
  readonly spanId: string
  readonly traceState: TraceState | undefined
  /** Undefined for the first span of a trace. */
  readonly parent: SpanContext | undefined
  /** Milliseconds since the epoch. */
  readonly startMs: number
  readonly durationMs: number
  /** Whether its status is ERROR, unless the program set OK. */
  readonly failed: boolean
  /** What the program added to it while it was active; undefined where it added nothing. */
  readonly added: Span | undefined
  /** Characters of the texts in it that may be of any length. */
  readonly weight: number
  /** What was known from the start; it stands before what the program added. */
  putStart(to: FieldSink): void
  /** What the end told. */
  putEnd(to: FieldSink): void
}

/** What the spans of one tracing share for what the program adds to them. */
export interface Addition {
  /** Makes a span of an SDK of this name, to keep it. */
  readonly add: (name: string) => Span
  readonly report: FaultReport
}

/** How long a span took, and how it went. */
interface Ending<Record> {
  readonly record: Record
  readonly durationMs: number
}

/**
 * A sampled span of ours. It holds where it began and how it ended as they were told; while it is active it is a span of
 * the OpenTelemetry API, the parent of the program's own. What the program adds to it is kept by a span of the SDK that is
 * made for it alone. It ends with its call, not when the program says so.
 */
export class LightSpan<Start = unknown, Record extends Outcome = Outcome>
  implements Span, FinishedSpan
{
  readonly traceId: string
  readonly spanId: string = newSpanId()
  readonly parent: SpanContext | undefined
  readonly startMs: number
  readonly #description: SpanDescription<Start, Record>
  readonly #start: Start
  readonly #addition: Addition
  #ending: Ending<Record> | undefined
  #added: Span | undefined
  #spanContext: SpanContext | undefined

  constructor(
    description: SpanDescription<Start, Record>,
    start: Start,
    traceId: string,
    parent: SpanContext | undefined,
    startMs: number,
    addition: Addition,
  ) {
    this.traceId = traceId
    this.parent = parent
    this.startMs = startMs
    this.#description = description
    this.#start = start
    this.#addition = addition
  }

  /** Takes how it went; false when that was known already. */
  finish(record: Record, durationMs: number): boolean {
    if (this.#ending !== undefined) return false
    this.#ending = { record, durationMs }
    return true
  }

  get name(): string {
    return this.#description.name(this.#start)
  }

  get kind(): SpanKind {
    return this.#description.kind
  }

  get traceState(): TraceState | undefined {
    return this.parent?.traceState
  }

  get durationMs(): number {
    return this.#ending?.durationMs ?? 0
  }

  get failed(): boolean {
    return this.#ending?.record.errorType !== undefined
  }

  get added(): Span | undefined {
    return this.#added
  }

  get weight(): number {
    return this.#description.weigh(this.#start)
  }

  putStart(to: FieldSink): void {
    this.#description.putStart(this.#start, to)
  }

  putEnd(to: FieldSink): void {
    if (this.#ending !== undefined) this.#description.putEnd(this.#ending.record, to)
  }

  spanContext(): SpanContext {
    if (this.#spanContext === undefined) {
      const { traceId, spanId, traceState } = this
      const common = { traceId, spanId, traceFlags: 1 }
      this.#spanContext = traceState === undefined ? common : { ...common, traceState }
    }
    return this.#spanContext
  }

  isRecording(): boolean {
    return this.#ending === undefined
  }

  setAttribute(key: string, value: AttributeValue): this {
    return this.#adding((span) => span.setAttribute(key, value))
  }

  setAttributes(attributes: Attributes): this {
    return this.#adding((span) => span.setAttributes(attributes))
  }

  addEvent(name: string, attributes?: Attributes | TimeInput, time?: TimeInput): this {
    return this.#adding((span) => span.addEvent(name, attributes, time))
  }

  addLink(link: Link): this {
    return this.#adding((span) => span.addLink(link))
  }

  addLinks(links: Link[]): this {
    return this.#adding((span) => span.addLinks(links))
  }

  setStatus(status: SpanStatus): this {
    return this.#adding((span) => span.setStatus(status))
  }

  updateName(name: string): this {
    return this.#adding((span) => span.updateName(name))
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.#adding((span) => span.recordException(exception, time))
  }

  end(): void {
    // The call goes on, and what it still has to say belongs to it.
  }

  #adding(add: (span: Span) => void): this {
    if (this.#ending !== undefined) return this
    const { add: make, report } = this.#addition
    try {
      this.#added ??= make(this.name)
      add(this.#added)
    } catch (error) {
      // The SDK throws at what is no status or link. Without us there would be no span here to add it to.
      report('adding to a span', error)
    }
    return this
  }
}
