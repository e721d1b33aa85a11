import { MeterProvider, MetricReader, type ScopeMetrics } from '@opentelemetry/sdk-metrics'

class PullReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** A meter provider of the SDK with a reader, and what that reader collects. */
export function sdkMetrics(): { provider: MeterProvider; collect: () => Promise<ScopeMetrics[]> } {
  const reader = new PullReader()
  const provider = new MeterProvider({ readers: [reader] })
  return {
    provider,
    collect: async () => {
      const { resourceMetrics, errors } = await reader.collect()
      if (errors.length > 0) throw new AggregateError(errors)
      return resourceMetrics.scopeMetrics
    },
  }
}
