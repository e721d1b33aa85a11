import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { hashUrl } from '@plimsoll/fetch'
import { ATTRIBUTES, EVENTS } from '@plimsoll/semconv'
import type { Collector } from '../../pipeline/src/index.ts'
import { writtenTo } from './gate.ts'
import { URL_HASH_KEY } from './observed.ts'

/** Each call is an event, a span, and a span of its one attempt. */
export const SPANS_PER_CALL = 2

/** What of the rows of a run stands in the files of a Collector. */
export interface Arrived {
  /** Calls of the ledger that have an event. */
  readonly calls: number
  /** Events, those of calls and the summary of the run. */
  readonly events: number
  readonly spans: number
  /** Events and spans that stand there once more than once. */
  readonly twice: number
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}
interface LogsLine {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly eventName?: string
        readonly attributes: readonly Attribute[]
      }[]
    }[]
  }[]
}
interface TracesLine {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly traceId: string; readonly spanId: string }[]
    }[]
  }[]
}

const KEY = Buffer.from(URL_HASH_KEY, 'hex')

const POLL_MS = 200

/** Waits until so many calls, and their spans, stand in the files; fails when they do not within `ms`. */
export async function awaitArrived(read: () => Arrived, calls: number, ms = 60_000): Promise<void> {
  const until = performance.now() + ms
  for (;;) {
    const arrived = read()
    if (arrived.calls >= calls && arrived.spans >= SPANS_PER_CALL * calls) return
    if (performance.now() > until) {
      throw new Error(`the rows of ${calls} calls do not arrive: ${JSON.stringify(arrived)}`)
    }
    await delay(POLL_MS)
  }
}

/** Reads the files of a Collector that one run alone was sent to. A line that cannot be read fails the test. */
export function arrivedIn(
  collector: Collector,
  origin: string,
  ledger: ReadonlySet<string>,
): Arrived {
  const records = lines<LogsLine>(collector.files.logs)
    .flatMap(({ resourceLogs }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
  const hashes = records
    .filter(({ eventName }) => eventName === EVENTS.call.name)
    .map(({ attributes }) => attributes.find(({ key }) => key === ATTRIBUTES.urlHash.key))
    .map((attribute) => attribute?.value.stringValue ?? '')
  const called = new Set([...ledger].map((path) => hashUrl(`${origin}${path}`, KEY)))
  const stranger = hashes.find((hash) => !called.has(hash))
  if (stranger !== undefined)
    throw new Error(`an event tells of a call that was never made: ${stranger}`)

  const summaries = records.filter(({ eventName }) => eventName === EVENTS.runSummary.name).length
  const spans = lines<TracesLine>(collector.files.traces)
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ traceId, spanId }) => `${traceId} ${spanId}`)
  const calls = new Set(hashes).size
  const events = calls + Math.min(summaries, 1)
  const distinctSpans = new Set(spans).size
  return {
    calls,
    events,
    spans: distinctSpans,
    twice: hashes.length + summaries - events + spans.length - distinctSpans,
  }
}

function lines<Line>(path: string): Line[] {
  return (
    writtenTo(path)
      .map((file) => readFileSync(file, 'utf8'))
      // The last line may be on its way.
      .flatMap((text) => text.slice(0, text.lastIndexOf('\n') + 1).split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
  )
}
