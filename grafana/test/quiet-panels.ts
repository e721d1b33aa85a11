import type { PanelQuery } from './panel-query.ts'

/**
 * Panels, or single queries of them, that show nothing but 0 on a healthy run, and why. The tests hold every query to it, both
 * ways: these answer with 0, all others with something else too.
 */
export const QUIET: Readonly<Record<string, string>> = {
  'plimsoll-overview / Runs in the time range / D': 'every process of the run ends well',
  'plimsoll-pipeline / Telemetry lost':
    'nothing is lost where files can be written or the Collector answers',
  'plimsoll-pipeline / Configuration reloads': 'nobody edits the configuration of the run',
  'plimsoll-pipeline / Instances without an end': 'every process of the run ends well',
  'plimsoll-pipeline / Overflow series': 'the run has a handful of label sets',
  'plimsoll-pipeline / Refused': 'the Collector has memory',
  'plimsoll-pipeline / Not readable': 'what is sent is OTLP',
  'plimsoll-pipeline / Failed to export': 'the exporters reach what they export to',
  'plimsoll-pipeline / Not taken by the queue': 'the queue has room',
  'plimsoll-pipeline / Sending queue': 'what is sent is delivered at once',
  'plimsoll-pipeline / Samples refused': 'samples come in order',
  'plimsoll-pipeline / Rule evaluations that failed': 'every rule can be evaluated',
}

export function isQuiet({ panel, name }: PanelQuery): boolean {
  return panel in QUIET || name in QUIET
}
