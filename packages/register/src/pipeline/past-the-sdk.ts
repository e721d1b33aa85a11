import type { LoggerProvider } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { createLightTracing, installTracing, type RecorderOptions } from '@plimsoll/telemetry'
import { processClock } from '../process-clock.ts'
import type { Settings } from '../settings.ts'
import type { Limits } from '../variables/limits.ts'
import type { Pipeline } from './pipeline.ts'

/** No span or event of ours has more attributes. */
const MOST_FIELDS = 32

/**
 * Has spans of ours go to the pipeline as they are. The SDK would take several times as long for each as the call's whole
 * policies; it keeps only what the program adds to one.
 */
export function traceBy(
  { takeSpan }: Pipeline,
  { sampling, limits }: Pick<Settings, 'sampling' | 'limits'>,
): void {
  if (cutsOurs(limits.spans)) return
  const tracer = new TracerProvider({ spanLimits: limits.spans }).getTracer('')
  const add: Parameters<typeof createLightTracing>[0]['add'] = (name) =>
    tracer.startSpan(name, { root: true })
  installTracing(createLightTracing({ sampling, take: takeSpan, add, clock: processClock }))
}

/** Likewise events, where a logger provider of ours would have taken them. */
export function eventsBy(
  loggerProvider: LoggerProvider | undefined,
  { takeEvent }: Pipeline,
  limits: Limits,
): Pick<RecorderOptions, 'loggerProvider' | 'takeEvent'> {
  if (loggerProvider === undefined) return { takeEvent: () => {} }
  return cutsOurs(limits.logs) ? { loggerProvider } : { takeEvent }
}

/** Whether limits that the user set would take something away from what we tell: then the SDK sees to it. */
function cutsOurs({
  attributeCountLimit = Infinity,
  attributeValueLengthLimit = Infinity,
}): boolean {
  return attributeCountLimit < MOST_FIELDS || attributeValueLengthLimit < Infinity
}
