import { SloCheckError } from '../error.ts'
import { similarWords } from '../similar.ts'
import type { Extent, Recorded } from './census.ts'
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

/**
 * Chooses the run and tells what is known of it.
 *
 * @param wanted the run asked for, or null when there must be one only
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND` when it is not in the data, `ERR_PLIMSOLL_USAGE` when none was asked
 * for and there are several.
 */
export function findRun(facts: Facts, wanted: string | null, name: string): FoundRun {
  const runs = [...new Set(facts.recorded.flatMap(({ run }) => run ?? []))].toSorted()
  const id = chooseRun(runs, wanted, name)
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
  const { complete, completeness } = completenessOf(starts, ends, facts)
  const begun = starts.map(({ time }) => time)
  const ended = ends.map(({ time }) => time)
  const run: RunInfo = {
    kind: 'run',
    id,
    start: begun.length === 0 ? facts.extent.from : Math.min(...begun),
    end: complete === true ? Math.max(...ended) : reach,
    complete,
    completeness,
    instances: new Set(recorded.map(({ instance }) => instance)).size,
    services: [...new Set(recorded.flatMap(({ service }) => service ?? []))].toSorted(),
    others,
  }
  return { run, heard: reach }
}

function chooseRun(runs: readonly string[], wanted: string | null, name: string): string | null {
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

function completenessOf(
  starts: readonly Marker[],
  ends: readonly Marker[],
  { silent, lost }: Pick<Facts, 'silent' | 'lost'>,
): Pick<RunInfo, 'complete' | 'completeness'> {
  const begun = new Set([...starts.map(({ instance }) => instance), ...silent])
  const ended = new Set(ends.map(({ instance }) => instance))
  const hasMarkers = begun.size > 0 || ended.size > 0
  const lostLines = hasMarkers ? lost.ofSeveral : lost.all
  if (!hasMarkers && lostLines === 0) {
    return {
      complete: null,
      completeness:
        'the telemetry has no start and end markers, so nothing tells whether it is whole',
    }
  }
  // In one order, whichever way they were found.
  const open = [...begun].filter((instance) => !ended.has(instance)).toSorted()
  const count = begun.size === 1 ? '1 instance' : `${begun.size} instances`
  if (open.length === 0 && lostLines > 0) {
    const lines = lostLines === 1 ? '1 line' : `${lostLines} lines`
    return {
      complete: false,
      completeness: `${lines} could not be read, and may have held the last that some instance wrote`,
    }
  }
  if (open.length === 0) {
    return { complete: true, completeness: `${count}, each with its end marker` }
  }
  const named = open.slice(0, 3).join(', ') + (open.length > 3 ? ', …' : '')
  return {
    complete: false,
    completeness: `${open.length} of ${count} left no end marker (${named})`,
  }
}
