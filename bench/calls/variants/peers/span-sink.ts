import { ExportResultCode } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

/** Throws spans away, and tells how many of each batch. */
export function spanSink(taken: (spans: number) => void = () => {}): SpanExporter {
  return {
    export(batch, done) {
      taken(batch.length)
      done({ code: ExportResultCode.SUCCESS })
    },
    shutdown: async () => {},
  }
}
