export type { Clock } from './clock.ts'
export type {
  AttemptRecord,
  BreakerExecutionRecord,
  BreakerLifeRecord,
  BreakerTransitionRecord,
  CacheRecord,
  CallRecord,
  CallStartRecord,
  CorruptionRecord,
  FallbackAttemptRecord,
  FallbackRecord,
  PolicyRecord,
  RateQueueRecord,
  RateRecord,
  RetryAfterRecord,
  RetryBudgetRecord,
  RetryRecord,
  Subject,
} from './record.ts'
export { guarded, installRecorder, processRecorder, type Recorder } from './recorder.ts'
