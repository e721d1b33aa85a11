import type { PlannedPoint, PlannedStream } from './stream.ts'

/** A data point with its times, in Unix milliseconds; `start` is 0 when it has none. */
export interface LaidPoint {
  readonly stream: PlannedStream
  readonly planned: PlannedPoint
  readonly start: number
  readonly at: number
}

/** Points that are posted together. */
export type Request = readonly LaidPoint[]

/** Between two points, so that no time is taken twice: starts lie between. */
const SLOT_MS = 10
const BEFORE_MS = 5
const DAYS_MS = 5 * 86_400_000

/**
 * Lays streams into requests: each stream's points in order, sometimes several in one request, every point at a time of
 * its own. Some neighbouring requests change places, so that the second comes late.
 *
 * @param spread for each stream, by which request its first point goes, and the distance to the next
 */
export function layOut(
  streams: readonly PlannedStream[],
  spread: readonly { readonly first: number; readonly stride: number }[],
  { base, requests }: { readonly base: number; readonly requests: number },
): readonly Request[] {
  const places: { stream: PlannedStream; index: number; request: number }[] = streams.flatMap(
    (stream, at) =>
      stream.points.map((_, index) => {
        const { first, stride } = spread[at] ?? { first: 0, stride: 1 }
        return { stream, index, request: Math.min(first + index * stride, requests - 1) }
      }),
  )
  let slot = 0
  const starts = new Map<PlannedStream, number>()
  const laid = Array.from({ length: requests }, (_, request) =>
    places
      .filter((place) => place.request === request)
      .flatMap(({ stream, index }) => {
        const planned = stream.points[index]
        if (planned === undefined) return []
        slot += 1
        const at = base + slot * SLOT_MS
        return [{ stream, planned, at, start: startOf(planned, stream, at, starts) }]
      }),
  ).filter((points) => points.length > 0)
  return laid.flatMap((_, index) => {
    const swapped = index % 7 === 3 ? index + 1 : index % 7 === 4 ? index - 1 : index
    return [laid[swapped] ?? laid[index] ?? []]
  })
}

function startOf(
  planned: PlannedPoint,
  stream: PlannedStream,
  at: number,
  starts: Map<PlannedStream, number>,
): number {
  const fresh = at - BEFORE_MS
  if (planned.start === 'kept' || planned.start === 'anew') {
    const known = planned.start === 'kept' ? starts.get(stream) : undefined
    starts.set(stream, known ?? fresh)
    return known ?? fresh
  }
  const odd = {
    none: 0,
    equal: at,
    after: at + BEFORE_MS,
    back: (starts.get(stream) ?? fresh) - SLOT_MS * 1_000 + 1,
    ancient: at - DAYS_MS,
  }
  return odd[planned.start]
}

/** A request as a line of OTLP JSON: a resource for each point, several in one scope where streams share theirs. */
export function lineOf(request: Request): string {
  const byStream = Map.groupBy(request, ({ stream }) => stream)
  const resourceMetrics = [...byStream].map(([stream, points]) => ({
    resource: { attributes: stream.resource },
    scopeMetrics: [
      {
        ...(stream.scope === '' ? {} : { scope: { name: stream.scope, version: '1.0.0' } }),
        metrics: [
          {
            ...stream.metric,
            [stream.data]: { ...stream.options, dataPoints: points.map(pointOf) },
          },
        ],
      },
    ],
  }))
  return JSON.stringify({ resourceMetrics })
}

function pointOf({ stream, planned, start, at }: LaidPoint): object {
  const nanos = String(planned.nanos).padStart(6, '0')
  return {
    attributes: stream.attributes,
    ...(start === 0 ? {} : { startTimeUnixNano: `${start}000000` }),
    timeUnixNano: `${at}${nanos}`,
    ...(planned.stale ? { flags: 1 } : {}),
    ...planned.value,
  }
}
