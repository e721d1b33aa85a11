/** The prefix of every metric, attribute and event that is ours: spelled here, and nowhere else. */
export const NAMESPACE = 'resilience'

/** The prefix of the OpenSLO annotations that `slo-check` reads. */
export const ANNOTATION_NAMESPACE = 'plimsoll.dev'

/** Instrumentation scope of every measurement, span and event of ours. */
export const SCOPE_NAME = '@plimsoll/telemetry'
