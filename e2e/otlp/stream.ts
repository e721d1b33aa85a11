import fc from 'fast-check'
import { attributesArbitrary, type OtlpAttribute } from './any-value.ts'

/** How a point tells when its stream began. */
type StartMode = 'none' | 'kept' | 'anew' | 'equal' | 'after' | 'back' | 'ancient'

/** A data point without its times. */
export interface PlannedPoint {
  readonly start: StartMode
  /** The flag NoRecordedValue. */
  readonly stale: boolean
  /** Nanoseconds within its millisecond. */
  readonly nanos: number
  readonly value: object
}

/** A resource, a metric and attributes, and what they report over time. */
export interface PlannedStream {
  readonly resource: readonly OtlpAttribute[]
  readonly scope: string
  readonly metric: { readonly name: string; readonly unit: string }
  /** The data of the metric around its points. */
  readonly data: string
  readonly options: Readonly<Record<string, unknown>>
  readonly attributes: readonly OtlpAttribute[]
  readonly points: readonly PlannedPoint[]
}

const NAMES = [
  'requests',
  'requests.total',
  'wait',
  'body_size',
  'déjà.vu',
  '5xx',
  'a__b',
  'a.b',
  'a_b',
  'x/y:z',
  '日本.x',
  'latency.seconds',
  'ratio',
  'foo bar',
  '_leading',
  'trailing_',
]
const UNITS = [
  '',
  's',
  'ms',
  'By',
  '1',
  '%',
  '{call}',
  'By/s',
  'm/s',
  'KiBy',
  'odd unit',
  '1/s',
  'Cel',
]
const POINT_KEYS = [
  'http.request.method',
  'a.b',
  'a_b',
  'a b',
  '1st',
  '_private',
  '__double',
  'größe',
  'le',
  'job',
  'instance',
  'service_name',
  '__name__',
  'UPPER',
]
const RESOURCE_KEYS = [
  'service.name',
  'service.namespace',
  'service.instance.id',
  'service.version',
  'resilience.run.id',
  'deployment.environment.name',
  'host.name',
  'a.b',
  'a_b',
  'größe',
]

const startMode = fc.oneof(
  { arbitrary: fc.constant<StartMode>('kept'), weight: 6 },
  {
    arbitrary: fc.constantFrom<StartMode>('none', 'anew', 'equal', 'after', 'back', 'ancient'),
    weight: 3,
  },
)
const float = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.nat().map((n) => n / 8),
  fc.constantFrom<number | string>('NaN', 'Infinity', '-Infinity', 0, -0, 5e-324, 1.7e308),
)
const asNumber = fc.oneof(
  float.map((asDouble) => ({ asDouble })),
  fc.maxSafeInteger().map((value) => ({ asInt: String(value) })),
  fc.nat().map((asInt) => ({ asInt })),
)
const boundsArbitrary = fc.oneof(
  fc.uniqueArray(
    fc.double({ min: -1e3, max: 1e6, noNaN: true }).map((bound) => bound + 0),
    {
      maxLength: 10,
      selector: String,
    },
  ),
  fc.constantFrom([], [1], [0.005, 1, 2.5, 1e-7, 1e21], [0, 10]),
)

interface ClassicShape {
  readonly bounds: readonly number[]
  readonly hasSum: boolean
  /** Neither bounds nor buckets, as OTLP allows. */
  readonly bare: boolean
}

function classicValue({ bounds, hasSum, bare }: ClassicShape): fc.Arbitrary<object> {
  return fc
    .record({
      counts: fc.array(fc.nat({ max: 1_000 }), {
        minLength: bounds.length + 1,
        maxLength: bounds.length + 1,
      }),
      sum: float,
    })
    .map(({ counts, sum }) => ({
      count: String(counts.reduce((all, one) => all + one, 0)),
      ...(hasSum ? { sum } : {}),
      ...(bare && bounds.length === 0
        ? {}
        : { bucketCounts: counts.map(String), explicitBounds: bounds }),
    }))
}

/** The exponent of two that no bucket reaches: what lies beyond, no writer can have observed. */
const HIGHEST_EXPONENT = 900
const MOST_BUCKETS = 30

function sideArbitrary(scale: number): fc.Arbitrary<object> {
  const furthest = Math.min(300, HIGHEST_EXPONENT * 2 ** scale - MOST_BUCKETS)
  return fc.record({
    offset: fc.integer({ min: -Math.floor(furthest), max: Math.floor(furthest) }),
    bucketCounts: fc.array(
      fc.oneof(
        { arbitrary: fc.constant(0), weight: 2 },
        { arbitrary: fc.nat({ max: 100 }), weight: 1 },
      ),
      { maxLength: MOST_BUCKETS },
    ),
  })
}

interface Side {
  readonly bucketCounts: readonly number[]
}

function exponentialValue(scale: number): fc.Arbitrary<object> {
  return fc
    .record({
      zeroCount: fc.nat({ max: 9 }),
      positive: sideArbitrary(scale) as fc.Arbitrary<Side>,
      negative: sideArbitrary(scale) as fc.Arbitrary<Side>,
      sum: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    })
    .map(({ sum, ...rest }) => {
      const counts = [...rest.positive.bucketCounts, ...rest.negative.bucketCounts]
      return {
        scale,
        ...rest,
        count: String(counts.reduce((all, one) => all + one, rest.zeroCount)),
        ...(sum === undefined ? {} : { sum }),
      }
    })
}

/** Kinds of data, each with the values of its points. */
const cumulative = { aggregationTemporality: 2 }
const dataArbitrary = fc.oneof(
  fc.constantFrom(
    { data: 'gauge', options: {}, value: asNumber },
    { data: 'sum', options: { ...cumulative, isMonotonic: true }, value: asNumber },
    { data: 'sum', options: cumulative, value: asNumber },
    {
      data: 'exponentialHistogram',
      options: cumulative,
      // Finer scales are a test of their own: Prometheus before 3.16 merges their buckets wrongly.
      value: fc.integer({ min: -4, max: 8 }).chain(exponentialValue),
    },
  ),
  fc
    .record({
      bounds: boundsArbitrary.map((bounds) => bounds.toSorted((a, b) => a - b)),
      hasSum: fc.boolean(),
      bare: fc.boolean(),
    })
    .map((shape) => ({ data: 'histogram', options: cumulative, value: classicValue(shape) })),
)

/** A stream of everything that OTLP allows and Prometheus takes; all its attributes carry the mark. */
export function streamArbitrary(mark: OtlpAttribute): fc.Arbitrary<PlannedStream> {
  return dataArbitrary.chain(({ data, options, value }) =>
    fc.record({
      data: fc.constant(data),
      options: fc.constant(options),
      resource: attributesArbitrary(RESOURCE_KEYS).map((all) => [...all, mark]),
      scope: fc.constantFrom('', 'scope-a', 'scope-b'),
      metric: fc.record({
        name: fc.constantFrom(...NAMES),
        unit: fc.constantFrom(...UNITS),
      }),
      attributes: attributesArbitrary(POINT_KEYS).map((all) => [...all, mark]),
      points: fc.array(pointArbitrary(value), { minLength: 1, maxLength: 5 }).map(firstIsSeen),
    }),
  )
}

function pointArbitrary(value: fc.Arbitrary<object>): fc.Arbitrary<PlannedPoint> {
  return fc.record({
    start: startMode,
    stale: fc.nat({ max: 9 }).map((n) => n === 0),
    nanos: fc.nat({ max: 999_999 }),
    value,
  })
}

/** A stale point shows in no answer; which series it belongs to, the others of its stream tell. */
function firstIsSeen(points: readonly PlannedPoint[]): PlannedPoint[] {
  return points.map((point, index) => (index === 0 ? { ...point, stale: false } : point))
}
