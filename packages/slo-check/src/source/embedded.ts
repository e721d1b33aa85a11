import type { Engine, LoadReport } from '@plimsoll/promql'
import { SloCheckError } from '../error.ts'
import {
  metricNamesOf,
  takeCensus,
  viewOf,
  windowOver,
  type Ask,
  type Extent,
  type View,
  type Writer,
} from './census.ts'
import { behindOf } from './behind.ts'
import { lossWarnings, overflowsOf } from './flaws.ts'
import { isBeginningLost } from './lost-beginning.ts'
import { readMarkers } from './markers.ts'
import type { InstanceFiles } from './run-folder.ts'
import { chooseRun, describeRun, type FoundRun, type LostLines } from './run-info.ts'
import type { Flaw, Source, SourceDescription } from './source.ts'
import { windowInfo, type WindowChoice } from './window.ts'

/** A file of OTLP JSON lines. */
export interface TelemetryFile {
  readonly name: string
  readonly lines: Uint8Array | string
}

export interface EmbeddedOptions {
  /** An engine without data; the source disposes of it. */
  readonly engine: Engine
  readonly files: Iterable<TelemetryFile>
  readonly description: SourceDescription
  /** The run to check; null when there must be one only. */
  readonly wantedRun: string | null
  /** Judges all runs of a window in place of one run. */
  readonly window?: WindowChoice | null
  /** Instances that must be heard of, and the names of their files among `files`. */
  readonly instances?: readonly InstanceFiles[]
  /** What was found wrong before the files were read. */
  readonly warnings?: readonly string[]
}

/**
 * A source on the embedded engine.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NO_DATA` when the files hold no metric, and as `chooseRun` does.
 */
export async function embeddedSource(options: EmbeddedOptions): Promise<Source> {
  const { engine, description } = options
  const loaded = loadAll(engine, options.files)
  const warnings = [...(options.warnings ?? []), ...loaded.warnings]
  if (loaded.extent === null) throw noData(description, loaded)
  const { extent } = loaded
  const ask: Ask = (query, time) =>
    new Promise((resolve) => {
      resolve(engine.instant(query, time))
    })
  const leftOut = leftOutOf(loaded)
  if (options.window)
    return embeddedWindow(options, options.window, { ask, extent, warnings, flaws: leftOut })
  const all = viewOf(extent, null)
  const recorded = await takeCensus(ask, all)
  const id = chooseRun(recorded, options.wantedRun, description.name)
  const ofRun = viewOf(extent, id)
  const starts = await readMarkers('start', ask, all)
  const ends = await readMarkers('end', ask, all)
  const own = <T extends Writer>(those: readonly T[]): T[] => those.filter(({ run }) => run === id)
  const found = describeRun(
    {
      extent,
      recorded,
      starts,
      ends,
      silent: silentOf(options.instances, loaded),
      behind: await behindOf(ask, ofRun, own(ends)),
      isCut: await isBeginningLost(ask, id, { starts: own(starts), to: extent.to }),
      lost: loaded.lost,
    },
    id,
  )
  const overflows = overflowsOf(own(recorded))
  warnings.push(...(await lossWarnings(ask, ofRun)), ...overflows.map(({ reason }) => reason))
  const flaws = [...overflows, ...leftOut]
  return sourceOf(options, found, { ask, extent, warnings, flaws })
}

/** Instances that left files, and no metric in them. */
function silentOf(instances: readonly InstanceFiles[] = [], { heard }: Loaded): string[] {
  return instances
    .filter(({ files }) => !files.some((file) => heard.has(file)))
    .map(({ instance }) => instance)
}

interface Findings {
  readonly ask: Ask
  readonly extent: Extent
  readonly warnings: readonly string[]
  readonly flaws: readonly Flaw[]
}

function sourceOf(
  options: EmbeddedOptions,
  { run, heard }: FoundRun,
  { ask, extent, warnings, flaws }: Findings,
): Source {
  const { engine, description } = options
  const windowSeconds = windowOver({ from: Math.min(run.start, heard), to: heard })
  const unknown = run.complete === null ? [run.completeness] : []
  return {
    description,
    scope: run,
    evaluationTime: heard,
    windowSeconds,
    warnings: [...warnings, ...unknown],
    flaws,
    doubts: [],
    anchoredFault: null,
    isShared: false,
    parse: (query) => engine.parse(query),
    instant: (query) => ask(query, heard),
    metricNames: () => metricNamesOf(ask, viewOf(extent, run.id)),
    [Symbol.dispose]: () => {
      engine[Symbol.dispose]()
    },
  }
}

async function embeddedWindow(
  { engine, description }: EmbeddedOptions,
  { seconds, at }: WindowChoice,
  { ask, extent, warnings, flaws }: Findings,
): Promise<Source> {
  const view: View = { to: at ?? extent.to, seconds, run: null }
  const recorded = await takeCensus(ask, view)
  const overflows = overflowsOf(recorded)
  return {
    description,
    scope: windowInfo(view, recorded),
    evaluationTime: view.to,
    windowSeconds: seconds,
    warnings: [
      ...warnings,
      ...(await lossWarnings(ask, view)),
      ...overflows.map(({ reason }) => reason),
    ],
    flaws: [...overflows, ...flaws],
    doubts: [],
    anchoredFault: null,
    isShared: false,
    parse: (query) => engine.parse(query),
    instant: (query) => ask(query, view.to),
    metricNames: () => metricNamesOf(ask, view),
    [Symbol.dispose]: () => {
      engine[Symbol.dispose]()
    },
  }
}

function leftOutOf(loaded: Loaded): Flaw[] {
  return [...loaded.leftOut].map((metric) => ({
    metric,
    of: 'every-selector',
    reason: `points of ${metric} could not be read (the warnings tell which), so it counts too little`,
  }))
}

interface Loaded {
  readonly extent: Extent | null
  readonly warnings: readonly string[]
  readonly lines: number
  readonly ignoredLines: number
  readonly lost: LostLines
  /** Metrics of which points could not be read. */
  readonly leftOut: ReadonlySet<string>
  /** Files with at least one point. */
  readonly heard: ReadonlySet<string>
}

function loadAll(engine: Engine, files: Iterable<TelemetryFile>): Loaded {
  const reports: LoadReport[] = []
  const warnings: string[] = []
  const heard = new Set<string>()
  for (const { name, lines } of files) {
    const report = engine.load(lines, name)
    reports.push(report)
    if (report.points > 0) heard.add(name)
    warnings.push(...warningsOf(name, report))
  }
  const from = reports.flatMap(({ minTime }) => minTime ?? [])
  const to = reports.flatMap(({ maxTime }) => maxTime ?? [])
  return {
    extent: from.length === 0 ? null : { from: Math.min(...from), to: Math.max(...to) },
    warnings,
    lines: reports.reduce((sum, report) => sum + report.lines, 0),
    ignoredLines: reports.reduce((sum, report) => sum + report.ignoredLines, 0),
    lost: {
      all: lostLinesOf(reports),
      ofSeveral: lostLinesOf(reports.filter(({ instances }) => instances !== 1)),
    },
    leftOut: new Set(reports.flatMap(({ leftOut }) => leftOut)),
    heard,
  }
}

function lostLinesOf(reports: readonly LoadReport[]): number {
  return reports.reduce((sum, { lostLines }) => sum + lostLines, 0)
}

function warningsOf(name: string, report: LoadReport): string[] {
  const lines = report.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`)
  const unlisted = report.problemCount - report.problems.length
  if (unlisted > 0) lines.push(`${name}: ${unlisted} more problems`)
  if (report.adjustedStarts > 0) {
    lines.push(
      `${name}: ${report.adjustedStarts} series began no earlier than their first point; their start was put 1 ms before it`,
    )
  }
  return lines
}

function noData(description: SourceDescription, loaded: Loaded): SloCheckError {
  const count = description.files.length
  const files = count === 1 ? 'its file holds' : `its ${count} files hold`
  const held =
    loaded.lines === 0
      ? 'no line (nothing was exported yet, or the program was killed at once)'
      : `${loaded.lines} lines, ${loaded.ignoredLines} of them traces or logs, and no metric`
  const first = loaded.warnings.slice(0, 3).map((warning) => `\n  ${warning}`)
  return new SloCheckError(
    'ERR_PLIMSOLL_RUN_NO_DATA',
    `${description.name} has no data: ${files} ${held}${first.join('')}`,
  )
}
