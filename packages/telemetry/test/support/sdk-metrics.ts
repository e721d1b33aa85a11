import {
  MeterProvider,
  MetricReader,
  type ScopeMetrics,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics'

class PullReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** A meter provider of the SDK with a reader, and what that reader collects. */
export function sdkMetrics(views: readonly ViewOptions[] = []): {
  provider: MeterProvider
  collect: () => Promise<ScopeMetrics[]>
} {
  const reader = new PullReader()
  const provider = new MeterProvider({ readers: [reader], views: [...views] })
  return {
    provider,
    collect: async () => {
      const { resourceMetrics, errors } = await reader.collect()
      if (errors.length > 0) throw new AggregateError(errors)
      return resourceMetrics.scopeMetrics
    },
  }
}
