import { durationMs } from './durations.ts'
import { readExpectation, type Expectation } from './expectation.ts'
import { expandOffsets, expandPoints, type Offset, type Point } from './points.ts'
import { numberOf } from './numbers.ts'
import { readSeries, seriesKey, type SeriesLabels } from './series.ts'

export interface LoadedSeries {
  readonly labels: SeriesLabels
  readonly points: readonly Point[]
  /** Start timestamps as distances from each point's time, in milliseconds. */
  readonly starts: readonly Offset[] | undefined
}

export interface ExpectedSeries {
  readonly labels: SeriesLabels
  readonly points: readonly Point[]
}

/** When a query is evaluated: once, or at every step of a range. */
type EvalTime =
  | { readonly kind: 'instant'; readonly atMs: number }
  | {
      readonly kind: 'range'
      readonly fromMs: number
      readonly toMs: number
      readonly stepMs: number
    }

export type Command =
  | { readonly kind: 'clear'; readonly line: number }
  | {
      readonly kind: 'load'
      readonly line: number
      readonly stepMs: number
      readonly series: readonly LoadedSeries[]
    }
  | {
      readonly kind: 'eval'
      readonly line: number
      readonly time: EvalTime
      readonly query: string
      readonly expectations: readonly Expectation[]
      readonly series: readonly ExpectedSeries[]
      readonly scalar: number | undefined
    }

interface Block {
  readonly line: number
  readonly head: string
  readonly body: readonly { readonly line: number; readonly text: string }[]
}

/** Reads a script of the promqltest language; what this runner cannot do is an error, never skipped. */
export function readScript(text: string): Command[] {
  return blocks(text).map((block) => {
    const word = block.head.split(/\s/u, 1)[0] ?? ''
    if (word === 'clear') return { kind: 'clear', line: block.line }
    if (word === 'load') return readLoad(block)
    if (word === 'eval') return readEval(block)
    throw new Error(`line ${block.line}: this runner has no "${block.head}"`)
  })
}

/** A command is a line that begins with one of its words; lines up to the next one are its body. */
function blocks(text: string): Block[] {
  const found: { line: number; head: string; body: { line: number; text: string }[] }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (/^(load|clear|eval)/u.test(line)) found.push({ line: index + 1, head: line, body: [] })
    else if (found.length === 0) throw new Error(`line ${index + 1}: "${line}" before any command`)
    else found.at(-1)?.body.push({ line: index + 1, text: line })
  }
  return found
}

function readLoad({ line, head, body }: Block): Command {
  const [, step] = /^load (\S+)$/u.exec(head) ?? []
  if (step === undefined) throw new Error(`line ${line}: this runner has no "${head}"`)
  const series = new Map<string, LoadedSeries>()
  const starts = new Map<string, readonly Offset[]>()
  for (const row of body) {
    const { labels, isStarts, rest } = located(row.line, () => readSeries(row.text))
    const key = seriesKey(labels)
    if (isStarts)
      starts.set(
        key,
        located(row.line, () => expandOffsets(rest)),
      )
    else {
      const points = located(row.line, () => expandPoints(rest))
      series.set(key, { labels, points, starts: undefined })
    }
  }
  for (const key of starts.keys()) {
    if (!series.has(key)) throw new Error(`line ${line}: ${key} has start timestamps and no points`)
  }
  const loaded = [...series].map(([key, one]) => ({ ...one, starts: starts.get(key) }))
  return { kind: 'load', line, stepMs: located(line, () => durationMs(step)), series: loaded }
}

function readEval({ line, head, body }: Block): Command {
  const { time, query } = located(line, () => readEvalHead(head))
  const expectations: Expectation[] = []
  const series: ExpectedSeries[] = []
  let scalar: number | undefined
  for (const { line: number, text } of body) {
    located(number, () => {
      if (text.startsWith('expect')) expectations.push(readExpectation(text))
      else if (/^[a-zA-Z_:{]/u.test(text) && !/^(inf|nan)$/iu.test(text)) {
        const { labels, rest } = readSeries(text)
        series.push({ labels, points: expandPoints(rest) })
      } else scalar = numberOf(text)
    })
  }
  return { kind: 'eval', line, time, query, expectations, series, scalar }
}

function readEvalHead(head: string): { time: EvalTime; query: string } {
  const instant = /^eval instant at (?<at>\S+)\s+(?<query>.+)$/u.exec(head)?.groups
  if (instant !== undefined) {
    const { at = '', query = '' } = instant
    return { time: { kind: 'instant', atMs: durationMs(at) }, query }
  }
  const range =
    /^eval range from (?<from>\S+) to (?<to>\S+) step (?<step>\S+)\s+(?<query>.+)$/u.exec(head)
  if (range?.groups === undefined) throw new Error(`this runner has no "${head}"`)
  const { from = '', to = '', step = '', query = '' } = range.groups
  const [fromMs, toMs, stepMs] = [durationMs(from), durationMs(to), durationMs(step)]
  return { time: { kind: 'range', fromMs, toMs, stepMs }, query }
}

function located<T>(line: number, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new Error(`line ${line}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}
