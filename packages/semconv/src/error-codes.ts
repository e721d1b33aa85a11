/** Every error code of ours: what happened, and what the reader can do. Codes are API, messages are not. */
export const ERROR_CODES = {
  ERR_PLIMSOLL_OPTION_INVALID:
    'An option has a value that it cannot have; the message names the option and the value.',
  ERR_PLIMSOLL_CIRCUIT_OPEN:
    'The circuit breaker is open and did not call; `retryAfterMs` says when it will admit a probe.',
  ERR_PLIMSOLL_RATE_LIMITED:
    'The limiter would have waited longer than the caller allows; `retryAfterMs` says how long.',
  ERR_PLIMSOLL_TIMEOUT: 'The call took longer than its timeout and was cancelled.',
  ERR_PLIMSOLL_DEADLINE: 'The deadline of the call passed, or would pass before the next attempt.',
  ERR_PLIMSOLL_FALLBACK_EXHAUSTED:
    'No source of any tier served; `attempts` says why each did not.',
  ERR_PLIMSOLL_CORRUPT_BODY:
    'The body does not match its declared digest or ended short of its declared length.',
  ERR_PLIMSOLL_CONFIG_INVALID:
    'The configuration file is not valid; the message says file, line and column.',
  ERR_PLIMSOLL_RUN_ID_INVALID:
    'PLIMSOLL_RUN_ID is not a name of 1 to 128 letters, digits, dots, dashes or underscores.',
  ERR_PLIMSOLL_USAGE: 'The command line is not valid.',
  ERR_PLIMSOLL_SPEC_INVALID:
    'The SLO document is not valid; the message says file, line and column.',
  ERR_PLIMSOLL_QUERY_INVALID: 'A query does not parse; the message says where.',
  ERR_PLIMSOLL_QUERY_FAILED: 'A query parsed and could not be evaluated.',
  ERR_PLIMSOLL_RUN_NOT_FOUND: 'There is no such run.',
  ERR_PLIMSOLL_RUN_NO_DATA: 'The run has no telemetry.',
  ERR_PLIMSOLL_RUN_NOT_A_RUN: 'The folder is not a run.',
  ERR_PLIMSOLL_FILE_UNREADABLE: 'A file cannot be read.',
  ERR_PLIMSOLL_SERVER:
    'The Prometheus server cannot be asked; the message says why, and what to do.',
  ERR_PLIMSOLL_ENGINE: 'The embedded PromQL engine failed.',
  ERR_PLIMSOLL_INTERNAL: 'A fault of Plimsoll itself.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES
