export { exercise, type Exercised } from './exercise.ts'
export { manualClock, type ManualClock, type ManualClockOptions } from './manual-clock.ts'
export { memoryRecorder, type MemoryRecorder } from './memory-recorder.ts'
