import { trace, type Context, type Span } from '@opentelemetry/api'

/** The key of the active span in a context. The API does not export it; whom it asks for the span hears it. */
const SPAN_KEY = ((): symbol => {
  let heard: symbol | undefined
  const ear: Context = {
    getValue: (key) => void (heard = key),
    setValue: () => ear,
    deleteValue: () => ear,
  }
  trace.getSpan(ear)
  if (heard === undefined) throw new TypeError('the OpenTelemetry API keeps its span elsewhere')
  return heard
})()

/**
 * A context with an active span. The API's own copies a map and makes three functions for each; this one refers to the
 * context below, never to another span's, so that a chain of calls holds none of the calls before it.
 */
export class LightContext implements Context {
  /** The active span, one of ours: its own context is valid. */
  readonly span: Span
  readonly #below: Context

  constructor(span: Span, parent: Context) {
    this.span = span
    this.#below = parent instanceof LightContext ? parent.#below : parent
  }

  getValue(key: symbol): unknown {
    return key === SPAN_KEY ? this.span : this.#below.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    const below = this.#below.setValue(key, value)
    return key === SPAN_KEY ? below : new LightContext(this.span, below)
  }

  deleteValue(key: symbol): Context {
    const below = this.#below.deleteValue(key)
    return key === SPAN_KEY ? below : new LightContext(this.span, below)
  }
}
