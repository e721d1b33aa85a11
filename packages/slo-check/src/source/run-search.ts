import { ATTRIBUTES } from '@plimsoll/semconv'
import type { Clock } from '../clock.ts'
import { numberOf, samplesOf } from '../count/numbers.ts'
import { SloCheckError } from '../error.ts'
import { RUN_LABEL, SERVICE_LABEL, metricOfRun, quoted } from '../query/selector.ts'
import { spanText } from '../span-text.ts'
import { similarWords } from '../similar.ts'
import { behindOf } from './behind.ts'
import { over, writerOf, type Ask, type View } from './census.ts'
import { MARKERS, readMarkers, type Marker } from './markers.ts'
import { openOf } from './run-info.ts'

export interface SearchOptions {
  readonly ask: Ask
  /** The server's address, for messages. */
  readonly name: string
  /** Null for the only one. */
  readonly wantedRun: string | null
  /** The latest time looked at, in Unix seconds; null for now. */
  readonly at: number | null
  /** How far back from there. */
  readonly lookbackSeconds: number
  /** How long to wait for the run to appear, and to end. */
  readonly waitMs: number
  readonly clock: Clock
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
  /** Told what is waited for, each time it was looked for in vain. */
  readonly onWait?: ((waiting: Waiting) => void) | undefined
}

export interface Waiting {
  readonly what: string
  readonly waitedMs: number
  readonly waitMs: number
}

/** A run on a server, as its markers tell of it. */
export interface FoundOnServer {
  readonly id: string
  /** Of those that ended, `heard` is that of their end; of the others it is not known yet. */
  readonly starts: readonly Marker[]
  readonly ends: readonly Marker[]
  /** End markers of instances whose last numbers are not there. */
  readonly behind: readonly Marker[]
  /** The view in which it was found. */
  readonly view: View
  /** How long an end was waited for that did not come; 0 when all came. */
  readonly waitedMs: number
}

/** Clocks differ: what a program stamped a little later than now is looked at too. */
const CLOCK_SKEW_SECONDS = 60
/** A program exports once a minute, if not more often. */
const RECENT_SECONDS = 60
/** A start before that is a clock that was wrong. */
const MAX_RUN_SECONDS = 366 * 86_400
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 5000

/**
 * Looks for a run until each of its instances that began has also ended, or there is no more time to wait.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND` when it is not there in time, `ERR_PLIMSOLL_USAGE` when none was
 * asked for and there are several.
 */
export async function searchRun(options: SearchOptions): Promise<FoundOnServer> {
  const { clock, waitMs, onWait } = options
  const begun = clock.now()
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    const look = await lookOnce(options)
    const waitedMs = clock.now() - begun
    if (look.state === 'whole') return { ...look.found, waitedMs: 0 }
    if (waitedMs >= waitMs) {
      if (look.state === 'open') return { ...look.found, waitedMs: waitMs === 0 ? 0 : waitedMs }
      throw await notFound(options, waitedMs)
    }
    onWait?.({ what: look.what, waitedMs, waitMs })
    await clock.sleep(Math.min(pauseMs, waitMs - waitedMs), options.signal)
    pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)
  }
}

type Look =
  | { readonly state: 'whole'; readonly found: Omit<FoundOnServer, 'waitedMs'> }
  | {
      readonly state: 'open'
      readonly found: Omit<FoundOnServer, 'waitedMs'>
      readonly what: string
    }
  | { readonly state: 'absent'; readonly what: string }

async function lookOnce(options: SearchOptions): Promise<Look> {
  const id = options.wantedRun ?? (await onlyRun(options))
  if (id === null) return { state: 'absent', what: 'a run' }
  const { ask } = options
  const { view, starts, ends } = await readRun(ask, viewOf(options, id))
  const found = { id, starts, ends, behind: [], view }
  if (starts.length === 0 && ends.length === 0) return lookUnmarked(options, found)
  const open = openOf(starts, ends).length
  const all = `${starts.length} instances of ${id}`
  if (open > 0) return { state: 'open', found, what: `the end of ${open} of ${all}` }
  const behind = await behindOf(ask, view, ends)
  if (behind.length === 0) return { state: 'whole', found }
  const what = `the last numbers of ${behind.length} of ${all}`
  return { state: 'open', found: { ...found, behind }, what }
}

/** Of a run without markers that was heard of just now, they may be on the way. */
async function lookUnmarked(
  { ask, at, clock }: SearchOptions,
  found: Omit<FoundOnServer, 'waitedMs'>,
): Promise<Look> {
  const { id, view } = found
  const heardWithin = async (seconds: number): Promise<boolean> => {
    const samples = over(`{${RUN_LABEL}=${quoted(id)}}`, { ...view, seconds })
    return samplesOf(await ask(`count(last_over_time(${samples}))`, view.to)).length > 0
  }
  if (!(await heardWithin(view.seconds))) return { state: 'absent', what: `the run ${id}` }
  const past = at === null ? 0 : clock.epoch() / 1000 - at
  const recent = RECENT_SECONDS + CLOCK_SKEW_SECONDS - past
  return recent > 0 && (await heardWithin(Math.ceil(recent)))
    ? { state: 'open', found, what: `the markers of ${id}` }
    : { state: 'whole', found }
}

interface MarkedRun {
  readonly view: View
  readonly starts: readonly Marker[]
  readonly ends: readonly Marker[]
}

/** The markers of a run; where it began before the view does, of all its time. */
async function readRun(ask: Ask, view: View): Promise<MarkedRun> {
  const [starts, ends] = await Promise.all([readStarts(ask, view), readMarkers('end', ask, view)])
  const from = Math.min(...starts.map(({ time }) => time))
  const seconds = Math.ceil(view.to - from)
  if (seconds > view.seconds && seconds < MAX_RUN_SECONDS)
    return readRun(ask, { ...view, seconds: seconds + CLOCK_SKEW_SECONDS })
  const heard = new Map(ends.map(({ key, heard: at }) => [key, at]))
  const heardOf = ({ key }: Omit<Marker, 'heard'>): number => heard.get(key) ?? Number.NaN
  return { view, starts: starts.map((start) => ({ ...start, heard: heardOf(start) })), ends }
}

/** The markers' values; a start is repeated in each export, so that its samples are as many as those of a metric. */
async function readStarts(ask: Ask, view: View): Promise<Omit<Marker, 'heard'>[]> {
  const starts = over(metricOfRun(MARKERS.start, view.run), view)
  return samplesOf(await ask(`last_over_time(${starts})`, view.to)).map((sample) => ({
    ...writerOf(sample.metric),
    time: numberOf(sample.value),
  }))
}

interface Known {
  readonly id: string
  readonly service: string
  readonly start: number
}

async function onlyRun(options: SearchOptions): Promise<string | null> {
  const known = await knownRuns(options)
  const ids = new Set(known.map(({ id }) => id))
  const [only] = ids
  if (ids.size <= 1) return only ?? null
  throw new SloCheckError(
    'ERR_PLIMSOLL_USAGE',
    `${options.name} holds ${ids.size} runs of the last ${spanText(options.lookbackSeconds)}; choose one with --run ID or PLIMSOLL_RUN_ID. The newest:${listed(known)}`,
  )
}

/** The runs that began in the time looked at, newest first. */
async function knownRuns(options: SearchOptions): Promise<Known[]> {
  const view = viewOf(options, null)
  const starts = over(`${MARKERS.start}{${RUN_LABEL}!=""}`, view)
  const query = `min by (${RUN_LABEL}, ${SERVICE_LABEL}, job) (last_over_time(${starts}))`
  const known = samplesOf(await options.ask(query, view.to)).map((sample) => {
    const { run, service } = writerOf(sample.metric)
    return { id: run ?? '', service: service ?? '', start: numberOf(sample.value) }
  })
  return known.toSorted((a, b) => b.start - a.start || (a.id < b.id ? -1 : 1))
}

async function notFound(options: SearchOptions, waitedMs: number): Promise<SloCheckError> {
  const { wantedRun, name, lookbackSeconds } = options
  const known = await knownRuns(options)
  const waited = `looked back ${spanText(lookbackSeconds)} (--lookback), waited ${spanText(waitedMs / 1000)} (--wait)`
  const near = similarWords(
    wantedRun ?? '',
    known.map(({ id }) => id),
  )
  const advice =
    near.length > 0
      ? `; did you mean ${near.join(' or ')}?`
      : known.length > 0
        ? `. The newest there:${listed(known)}`
        : `; there is no run at all: does the telemetry reach this server, and does the server promote the attribute ${ATTRIBUTES.runId.key} to a label?`
  return new SloCheckError(
    'ERR_PLIMSOLL_RUN_NOT_FOUND',
    `there is no run${wantedRun === null ? '' : ` ${wantedRun}`} on ${name}: ${waited}${advice}`,
  )
}

function listed(known: readonly Known[]): string {
  return known
    .slice(0, 5)
    .map(
      ({ id, service, start }) => `\n  ${id}  ${new Date(start * 1000).toISOString()}  ${service}`,
    )
    .join('')
}

function viewOf({ at, clock, lookbackSeconds }: SearchOptions, run: string | null): View {
  const to = at ?? clock.epoch() / 1000 + CLOCK_SKEW_SECONDS
  return { to, seconds: lookbackSeconds + (at === null ? CLOCK_SKEW_SECONDS : 0), run }
}
