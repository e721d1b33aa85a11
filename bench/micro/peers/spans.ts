import { context, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import { spanSink } from '../../calls/variants/peers/span-sink.ts'
import type { Micro } from '../micro.ts'

/** A span of the SDK with six attributes, active while something is done; what is exported is thrown away. */
export function prepare(): readonly Micro[] {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return [micro('sampled', new AlwaysOnSampler()), micro('sampled out', new AlwaysOffSampler())]
}

function micro(name: string, sampler: Sampler): Micro {
  const processor = new BatchSpanProcessor({ exporter: spanSink() })
  const tracer = new TracerProvider({ sampler, spanProcessors: [processor] }).getTracer('bench')
  const inside = (): void => {}
  return {
    name: `SDK span, 6 attributes, ${name}`,
    step: () => {
      const attributes = {
        'http.request.method': 'GET',
        'server.address': 'api.example.org',
        'server.port': 443,
        'url.full': 'https://api.example.org/',
      }
      const span = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes })
      context.with(trace.setSpan(context.active(), span), inside)
      span.setAttributes({ 'http.response.status_code': 200, 'network.protocol.version': '1.1' })
      span.end()
    },
    between: () => processor.forceFlush(),
  }
}
