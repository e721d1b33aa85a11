import type { Engine } from '@plimsoll/promql'
import type { Clock } from '../clock.ts'
import { SloCheckError } from '../error.ts'
import type { PrometheusApi } from '../server/api.ts'
import { readCapabilities } from '../server/capabilities.ts'
import { anchoredFaultOf } from './anchored-fault.ts'
import { askOf } from './asking.ts'
import { metricNamesOf, takeCensus, viewOf, windowOver, type Ask, type Extent } from './census.ts'
import { lossWarnings, overflowsOf } from './flaws.ts'
import { extentOfRun, lastHeard } from './last-heard.ts'
import { isBeginningLost } from './lost-beginning.ts'
import { MARKERS, type Marker } from './markers.ts'
import { describeRun } from './run-info.ts'
import { spanText } from '../span-text.ts'
import { searchRun, type FoundOnServer, type Waiting } from './run-search.ts'
import type { RunInfo, Source } from './source.ts'

export interface PrometheusOptions {
  /** The source disposes of it. */
  readonly api: PrometheusApi
  /** Parses queries; the source disposes of it. It may still be starting. */
  readonly engine: Promise<Engine>
  /** The run to check; null when there must be one only. */
  readonly wantedRun: string | null
  /** The latest time looked at, in Unix seconds; null for now. */
  readonly at: number | null
  /** How far back from there a run is looked for. */
  readonly lookbackSeconds: number
  /** How long to wait for the run to appear, and to end; 0 to look once. */
  readonly waitMs: number
  readonly clock: Clock
  readonly onWait?: ((waiting: Waiting) => void) | undefined
}

/**
 * A source on a Prometheus-compatible server: one run of those that it holds.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_SERVER` when the server cannot be asked, `ERR_PLIMSOLL_QUERY_FAILED` when it cannot
 * evaluate what is asked of each, and as `searchRun` does.
 */
export async function prometheusSource(options: PrometheusOptions): Promise<Source> {
  const { api, clock } = options
  const { ask, doubts } = askOf(api)
  const [server, sought] = await Promise.all([
    readCapabilities(api, options.at ?? clock.epoch() / 1000),
    searchRun({ ...options, ask, name: api.base, signal: api.closed }),
  ])
  const heard = await withHeard(ask, sought)
  const extent = await extentOf(ask, heard)
  const view = viewOf(extent, heard.id)
  const seen = { ...heard.view, seconds: windowOver({ ...extent, to: heard.view.to }) }
  const [isCut, recorded, losses, engine] = await Promise.all([
    isBeginningLost(ask, heard.id, { ...heard, to: extent.to }),
    takeCensus(ask, seen),
    lossWarnings(ask, view),
    options.engine,
  ])
  const facts = { extent, recorded, ...heard, silent: [], isCut, lost: { all: 0, ofSeveral: 0 } }
  const { run } = describeRun(facts, heard.id)
  const overflows = overflowsOf(recorded)
  const warnings = [
    ...losses,
    ...overflows.map(({ reason }) => reason),
    ...(run.complete === null ? [run.completeness] : []),
  ]
  return {
    description: { kind: 'prometheus', name: api.base, files: [], server },
    scope: waited(run, heard.waitedMs),
    evaluationTime: view.to,
    windowSeconds: view.seconds,
    warnings,
    flaws: overflows,
    doubts: [...doubts],
    anchoredFault: anchoredFaultOf(api.base, server),
    isShared: true,
    parse: (query) => engine.parse(query),
    instant: (query) => api.query(query, view.to),
    metricNames: () => metricNamesOf(ask, view),
    [Symbol.dispose]: () => {
      api[Symbol.dispose]()
      engine[Symbol.dispose]()
    },
  }
}

/** Fills in when the instances were last heard of that did not end. */
async function withHeard(ask: Ask, found: FoundOnServer): Promise<FoundOnServer> {
  if (found.starts.every(({ heard }) => !Number.isNaN(heard))) return found
  const times = await lastHeard(ask, MARKERS.start, found.view)
  const starts = found.starts.map((start) =>
    Number.isNaN(start.heard) ? { ...start, heard: times.get(start.key) ?? start.time } : start,
  )
  return { ...found, starts }
}

/** From the run's start to its last sample. */
async function extentOf(ask: Ask, { id, starts, ends, view }: FoundOnServer): Promise<Extent> {
  const markers: readonly Marker[] = [...starts, ...ends]
  if (markers.length > 0) {
    const to = Math.max(...markers.map(({ heard }) => heard))
    return { from: Math.min(to, ...markers.map(({ time }) => time)), to }
  }
  const extent = await extentOfRun(ask, view)
  if (extent !== null) return extent
  throw new SloCheckError('ERR_PLIMSOLL_RUN_NO_DATA', `the run ${id} has no sample any more`)
}

/** An end that did not come may only be late: how long it was waited for tells. */
function waited(run: RunInfo, waitedMs: number): RunInfo {
  if (run.complete !== false || waitedMs < 1) return run
  const waited = `waited for ${spanText(waitedMs / 1000)} (--wait)`
  return { ...run, completeness: `${run.completeness}, ${waited}` }
}
