import { COMMON_CHECKS, fields, positiveDuration, type OptionPath } from '../options.ts'
import type { PolicyOptions } from '../policy.ts'

export interface TimeoutOptions extends PolicyOptions {
  /** Milliseconds for one run, above 0. */
  timeoutMs: number
}

export interface DeadlineOptions extends PolicyOptions {
  /** Milliseconds from the start of the run to its deadline, above 0. */
  afterMs: number
}

const timeoutFields = fields({ ...COMMON_CHECKS, timeoutMs: positiveDuration }, ['timeoutMs'])
const deadlineFields = fields({ ...COMMON_CHECKS, afterMs: positiveDuration }, ['afterMs'])

/** @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` */
export function checkTimeoutOptions(
  options: unknown,
  path: OptionPath = ['timeout'],
): asserts options is TimeoutOptions {
  timeoutFields(options, path)
}

/** @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` */
export function checkDeadlineOptions(
  options: unknown,
  path: OptionPath = ['deadline'],
): asserts options is DeadlineOptions {
  deadlineFields(options, path)
}
