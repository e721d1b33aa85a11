// opossum and opossum-prometheus come without types: what is used of them.

declare module 'opossum' {
  export default class CircuitBreaker<Args extends unknown[] = unknown[], Result = unknown> {
    constructor(
      action: (...args: Args) => Promise<Result>,
      options?: {
        readonly timeout?: number | false
        readonly errorThresholdPercentage?: number
        readonly resetTimeout?: number
        readonly rollingCountTimeout?: number
        readonly volumeThreshold?: number
      },
    )
    fire(...args: Args): Promise<Result>
    shutdown(): void
  }
}

declare module 'opossum-prometheus' {
  import type CircuitBreaker from 'opossum'
  export default class PrometheusMetrics {
    constructor(options: { readonly circuits: readonly CircuitBreaker<never[]>[] })
    get metrics(): string
  }
}
