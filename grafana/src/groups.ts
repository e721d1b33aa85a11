/** The labels by which panels tell series apart, what a series is then called, and the matchers that panels share. */
import { label } from './names.ts'
import { where } from './promql.ts'

export const ERROR = label('errorType')
export const TIER = label('fallbackTier')
export const SOURCE = label('source')
export const OUTCOME = label('fallbackOutcome')
export const SCOPE = label('breakerScope')
export const RESULT = label('rateResult')
export const RECORDED = label('breakerRecorded')
export const NEW = label('breakerNewState')

export const HOST = [label('serverAddress'), label('serverPort')]
export const HOST_LEGEND = HOST.map((name) => `{{${name}}}`).join(':')

/** Who has a limiter or a breaker: a host, or a source of a fallback. */
export const WHO = [SOURCE, ...HOST]
/** Each of them has some of the labels only; what is left of the others is blanks, which nobody sees. */
export const WHO_LEGEND = WHO.map((name) => `{{${name}}}`).join(' ')

/** What a call is for. Not every call has a role, and a series needs some name. */
export const ROLES = [label('serviceName'), label('role')]
export const ROLES_LEGEND = ROLES.map((name) => `{{${name}}}`).join(' ')

/** What ended in an error, and what did not. */
export const FAILED = [where(ERROR, '!=', '')]
export const SERVED = [where(ERROR, '=', '')]

/** What a limiter did not let through. */
export const KEPT_OUT = [where(RESULT, '=~', 'blocked|head_skipped')]

/** Sources that served, and all that were asked. */
export const SUCCESS = [where(OUTCOME, '=', 'success')]
export const ASKED = [where(OUTCOME, '!=', 'skipped')]
