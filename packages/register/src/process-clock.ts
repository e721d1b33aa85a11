import { systemClock, type Clock } from '@plimsoll/policies'

/**
 * What time it is, by functions as they were before the program could put others in their place: a test with fake timers
 * must not fake its telemetry. Waiting is left to the timers that the program has.
 */
export const processClock: Clock = {
  ...systemClock,
  now: performance.now.bind(performance),
  epoch: Date.now,
}
