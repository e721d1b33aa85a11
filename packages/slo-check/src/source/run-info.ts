import { SloCheckError } from '../error.ts'
import { similarWords } from '../similar.ts'
import { NOBODY, type Extent, type Recorded } from './census.ts'
import type { Marker } from './markers.ts'
import type { RunInfo } from './source.ts'

/** The facts about the data from which a run is made out. */
export interface Facts {
  readonly extent: Extent
  readonly recorded: readonly Recorded[]
  readonly starts: readonly Marker[]
  readonly ends: readonly Marker[]
  /** Instances that left files, and no metric in them. */
  readonly silent: readonly string[]
  /** End markers of instances of the run whose last numbers are not there. */
  readonly behind: readonly Marker[]
  /** There is nothing of its beginning. */
  readonly isCut: boolean
  readonly lost: LostLines
}

/** Lines that could not be read: of the files that one instance wrote alone, its later lines say all that they said. */
export interface LostLines {
  readonly all: number
  /** Those of files of several instances, or of none that is known. */
  readonly ofSeveral: number
}

/** Telemetry that belongs to no run, among the others. */
const NO_RUN = '(no run id)'

/** A run, and when it was last heard of. */
export interface FoundRun {
  readonly run: RunInfo
  readonly heard: number
}

/** Tells what is known of a run; null for telemetry without run ids. */
export function describeRun(facts: Facts, id: string | null): FoundRun {
  const runs = runsOf(facts.recorded)
  const stray = id !== null && facts.recorded.some(({ run }) => run === null)
  const others = [...runs.filter((run) => run !== id), ...(stray ? [NO_RUN] : [])]
  const own = <T extends { readonly run: string | null }>(all: readonly T[]): T[] =>
    all.filter(({ run }) => run === id)
  const recorded = own(facts.recorded)
  const starts = own(facts.starts)
  const ends = own(facts.ends)
  const heard =
    others.length === 0
      ? facts.extent.to
      : Math.max(...[...starts, ...ends].map((marker) => marker.heard), Number.NEGATIVE_INFINITY)
  const reach = Number.isFinite(heard) ? heard : facts.extent.to
  const { complete, completeness } = completenessOf({ ...facts, starts, ends, recorded })
  const begun = starts.map(({ time }) => time)
  const ended = ends.map(({ time }) => time)
  const run: RunInfo = {
    kind: 'run',
    id,
    start: begun.length === 0 ? facts.extent.from : Math.min(...begun),
    end: complete === true ? Math.max(...ended) : reach,
    complete,
    completeness,
    instances: new Set(recorded.map(({ key }) => key)).size,
    services: [...new Set(recorded.flatMap(({ service }) => service ?? []))].toSorted(),
    others,
  }
  return { run, heard: reach }
}

/**
 * Chooses one of the runs that were recorded; null where the telemetry has no run ids.
 *
 * @param wanted the run asked for, or null when there must be one only
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND` when it is not in the data, `ERR_PLIMSOLL_USAGE` when none was asked
 * for and there are several.
 */
export function chooseRun(
  recorded: readonly Recorded[],
  wanted: string | null,
  name: string,
): string | null {
  const runs = runsOf(recorded)
  const [first, ...more] = runs
  if (wanted !== null) {
    if (runs.includes(wanted)) return wanted
    const held = runs.length === 0 ? 'no run id at all' : `the runs ${runs.join(', ')}`
    const [near] = similarWords(wanted, runs)
    const meant = near === undefined ? '' : `; did you mean ${near}?`
    throw new SloCheckError(
      'ERR_PLIMSOLL_RUN_NOT_FOUND',
      `there is no run ${wanted} in ${name}, which holds ${held}${meant}`,
    )
  }
  if (first === undefined || more.length === 0) return first ?? null
  throw new SloCheckError(
    'ERR_PLIMSOLL_USAGE',
    `${name} holds several runs (${runs.join(', ')}); choose one with --run ID`,
  )
}

function runsOf(recorded: readonly Recorded[]): string[] {
  return [...new Set(recorded.flatMap(({ run }) => run ?? []))].toSorted()
}

/** Whether nothing is missing, by the markers of each instance. */
function completenessOf(facts: Omit<Facts, 'extent'>): Pick<RunInfo, 'complete' | 'completeness'> {
  const { starts, ends, silent, behind, lost } = facts
  const begun = new Set([...starts.map(({ key }) => key), ...silent])
  const hasMarkers = begun.size > 0 || ends.length > 0
  const lostLines = hasMarkers ? lost.ofSeveral : lost.all
  if (!hasMarkers && lostLines === 0) {
    return {
      complete: null,
      completeness:
        'the telemetry has no start and end markers, so nothing tells whether it is whole',
    }
  }
  const count = begun.size === 1 ? '1 instance' : `${begun.size} instances`
  const open = [...openOf(starts, ends), ...silent]
  const unmarked = hasMarkers ? unmarkedOf(facts) : []
  const faults = [
    ...(facts.isCut ? ['there is nothing of the first hour of the run: it is past retention'] : []),
    ...missing(open, `of ${count} left no end marker`),
    ...missing(unmarked, 'more left no marker at all'),
    ...missing(
      behind.map(({ instance }) => instance),
      `of ${count} left an end marker, and numbers older than it`,
    ),
  ]
  if (faults.length > 0) return { complete: false, completeness: faults.join('; ') }
  if (lostLines > 0) {
    const lines = lostLines === 1 ? '1 line' : `${lostLines} lines`
    return {
      complete: false,
      completeness: `${lines} could not be read, and may have held the last that some instance wrote`,
    }
  }
  return { complete: true, completeness: `${count}, each with its end marker` }
}

/** Instances that began and did not end, or began again after their end. */
export function openOf(
  starts: readonly Pick<Marker, 'key' | 'instance' | 'time'>[],
  ends: readonly Marker[],
): string[] {
  const ended = new Map(ends.map(({ key, time }) => [key, time]))
  return starts
    .filter(({ key, time }) => (ended.get(key) ?? Number.NEGATIVE_INFINITY) < time)
    .map(({ instance }) => instance)
}

/** A marker stands in each export: where others left theirs, one without is lost in part, or foreign. */
function unmarkedOf({ starts, ends, recorded }: Omit<Facts, 'extent'>): string[] {
  const marked = new Set([...starts, ...ends].map(({ key }) => key))
  const others = recorded.filter(({ key }) => key !== NOBODY && !marked.has(key))
  return [...new Map(others.map(({ key, instance }) => [key, instance])).values()]
}

/** In one order, whichever way they were found. */
function missing(instances: readonly string[], what: string): string[] {
  if (instances.length === 0) return []
  const named = instances.toSorted().slice(0, 3).join(', ') + (instances.length > 3 ? ', …' : '')
  return [`${instances.length} ${what} (${named})`]
}
