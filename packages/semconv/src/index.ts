export { ATTRIBUTES, type AttributeDefinition, type AttributeName } from './attributes.ts'
export { ERROR_CODES, type ErrorCode } from './error-codes.ts'
export { ERROR_TYPES, NETWORK_CODES } from './error-types.ts'
export { EVENTS, type EventDefinition, type EventId } from './events.ts'
export {
  INSTRUMENTS,
  type InstrumentDefinition,
  type InstrumentId,
  type InstrumentKind,
} from './instruments.ts'
export { ANNOTATION_NAMESPACE, NAMESPACE, SCOPE_NAME } from './namespace.ts'
export {
  prometheusLabel,
  prometheusName,
  prometheusUnit,
  type NamedInstrument,
} from './prometheus-names.ts'
export { SPAN_DEFINITIONS, SPANS, type SpanDefinition } from './spans.ts'
export {
  BREAKER_RECORDED,
  BREAKER_SCOPES,
  BREAKER_STATES,
  CACHE_RESULTS,
  CORRUPTION_REASONS,
  FALLBACK_OUTCOMES,
  FALLBACK_REASONS,
  LOSS_REASONS,
  METHODS,
  RATE_RESULTS,
  RELOAD_RESULTS,
  RETRY_AFTER_ACTIONS,
  RETRY_REASONS,
  RETRY_RESULTS,
  SIGNALS,
  TRANSITION_REASONS,
  type BreakerRecorded,
  type BreakerScope,
  type BreakerState,
  type CacheResult,
  type CorruptionReason,
  type FallbackOutcome,
  type FallbackReason,
  type LossReason,
  type RateResult,
  type ReloadResult,
  type RetryAfterAction,
  type RetryReason,
  type RetryResult,
  type Signal,
  type TransitionReason,
} from './vocabulary.ts'
