import fc from 'fast-check'
import {
  type Attributes,
  type ClassicStream,
  type CounterStream,
  type ExponentialStream,
  type GaugeStream,
  type Instance,
  type Instrument,
  labelsOf,
  type Stream,
  type Workload,
} from './model.ts'

// Every workload has it, so that many runs are counted together.
const SHARED_COUNTER = { name: 'workload.steps', unit: '{step}' } as const

/** The longest that a workload lasts, in milliseconds. */
export const LONGEST_MS = 600_000

const COUNTERS = [
  { name: 'shop.orders', unit: '{order}' },
  { name: 'déjà.vu', unit: '' },
  { name: '5xx.answers', unit: '1' },
  { name: 'bytes__sent', unit: 'By' },
  { name: 'cpu/time', unit: 's' },
  { name: 'requests_total', unit: '' },
  { name: 'pair.one', unit: '' },
  { name: 'pair_one', unit: '' },
] as const
const GAUGES = [
  { name: 'queue-depth', unit: '{item}' },
  { name: 'fill.level', unit: '1' },
] as const
const CLASSIC = [
  { name: 'http.server.request.duration', unit: 's' },
  { name: 'größe', unit: 'By' },
] as const
const EXPONENTIAL = [
  { name: 'rpc.duration', unit: 's' },
  { name: 'rpc.size', unit: 'By' },
] as const

const VALUES = [
  'plain',
  'with "quotes"',
  'line\nbreak',
  'back\\slash',
  '日本 😀',
  ' spaces ',
  '{a="b"}',
  '',
] as const
/** Keys that an instrument has together: alone, as a pair that becomes one label, and odd ones. */
const KEYS = [
  [],
  ['http.route'],
  ['a.b', 'a_b'],
  ['1st', '_private'],
  ['client-id', 'größe'],
] as const
const BOUNDS = [
  [0.005, 0.05, 0.5, 5],
  [0.1, 1, 2.5, 10],
  [1, 5, 20],
  [0.005, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20],
] as const

// Prometheus before 3.16 misreads finer ones: loader-parity.test.ts.
const FINEST_SCALE = 8

const DURATION = fc.oneof(
  { arbitrary: fc.constantFrom(0, 0.005, 0.1, 1, 5), weight: 1 }, // on boundaries
  { arbitrary: fc.double({ min: 0.001, max: 30, noNaN: true }), weight: 3 },
)
const SIZE = fc.oneof(
  { arbitrary: fc.constant(0), weight: 1 },
  { arbitrary: fc.double({ min: 1e-4, max: 1e5, noNaN: true }), weight: 6 },
)

/** Runs that begin at `base`, in Unix milliseconds, and last at most `LONGEST_MS`. */
export function workloadArbitrary(base: number): fc.Arbitrary<Workload> {
  return fc
    .tuple(fc.uuid(), fc.constantFrom('shop', 'harvest', 'größe/λ'), instancesArbitrary(base))
    .chain(([runId, service, instances]) =>
      fc.record({
        runId: fc.constant(`run-${runId}`),
        service: fc.constant(service),
        instances: fc.constant(instances),
        instruments: instrumentsArbitrary(instances),
      }),
    )
}

function instancesArbitrary(base: number): fc.Arbitrary<Instance[]> {
  const instance = fc
    .record({
      id: fc.uuid(),
      late: fc.integer({ min: 0, max: 150_000 }),
      intervals: fc.array(fc.integer({ min: 1_000, max: 40_000 }), { minLength: 2, maxLength: 10 }),
      gaps: fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 2 }),
      ends: fc.boolean().map((cut) => !cut),
      mayBeCut: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ id, late, intervals, gaps, ends, mayBeCut }) => {
      let at = base + late
      const exports = intervals.map((interval) => (at += interval))
      return { id, start: base + late, exports, gaps, ends: ends || mayBeCut > 0 }
    })
  return fc.array(instance, { minLength: 1, maxLength: 3 })
}

function instrumentsArbitrary(instances: readonly Instance[]): fc.Arbitrary<Instrument[]> {
  const counter = (head: { name: string; unit: string }): fc.Arbitrary<Instrument> =>
    counterStreams(instances, head.name).map((streams) => ({ ...head, kind: 'counter', streams }))
  return fc
    .tuple(
      counter(SHARED_COUNTER),
      fc.shuffledSubarray([...COUNTERS], { minLength: 1, maxLength: 3 }),
      fc.shuffledSubarray([...GAUGES], { maxLength: 1 }),
      fc.shuffledSubarray([...CLASSIC], { minLength: 1, maxLength: 2 }),
      fc.shuffledSubarray([...EXPONENTIAL], { maxLength: 1 }),
    )
    .chain(([shared, counters, gauges, classics, exponentials]) =>
      fc.tuple(
        fc.constant(shared),
        ...counters.map(counter),
        ...gauges.map((head) =>
          gaugeStreams(instances).map((streams): Instrument => ({
            ...head,
            kind: 'gauge',
            streams,
          })),
        ),
        ...classics.map((head) =>
          classicStreams(instances).map((streams): Instrument => ({
            ...head,
            kind: 'histogram',
            streams,
          })),
        ),
        ...exponentials.map((head) =>
          exponentialStreams(instances).map((streams): Instrument => ({
            ...head,
            kind: 'exponential',
            streams,
          })),
        ),
      ),
    )
}

function counterStreams(
  instances: readonly Instance[],
  name: string,
): fc.Arbitrary<CounterStream[]> {
  const step = fc.oneof(
    { arbitrary: fc.nat({ max: 50 }), weight: 5 },
    { arbitrary: fc.constant(0), weight: 2 },
    { arbitrary: fc.nat({ max: 9 }).map((quarters) => quarters / 4), weight: 1 },
  )
  // Two names that become one stay apart by an attribute, as two libraries' metrics would.
  const apart = name.startsWith('pair') ? { variant: name } : {}
  return streamsArbitrary(instances, (frame) =>
    stepsOf(instances, frame, step).map((steps) => ({
      ...frame,
      attributes: { ...frame.attributes, ...apart },
      steps,
    })),
  )
}

function gaugeStreams(instances: readonly Instance[]): fc.Arbitrary<GaugeStream[]> {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  return streamsArbitrary(instances, (frame) =>
    stepsOf(instances, frame, value).map((steps) => ({ ...frame, restarts: null, steps })),
  )
}

function classicStreams(instances: readonly Instance[]): fc.Arbitrary<ClassicStream[]> {
  const seen = fc.array(DURATION, { maxLength: 8 })
  const mixed = fc.nat({ max: 9 }).map((n) => n === 0)
  return fc
    .tuple(mixed, fc.array(fc.constantFrom(...BOUNDS), { minLength: 3, maxLength: 3 }))
    .chain(([isMixed, perInstance]) =>
      streamsArbitrary(instances, (frame) =>
        fc
          .tuple(stepsOf(instances, frame, seen), fc.constantFrom(...BOUNDS))
          .map(([steps, ownBounds]) => ({
            ...frame,
            steps,
            bounds: isMixed ? ownBounds : (perInstance[frame.instance] ?? ownBounds),
          })),
      ),
    )
}

function exponentialStreams(instances: readonly Instance[]): fc.Arbitrary<ExponentialStream[]> {
  const seen = fc.array(SIZE, { maxLength: 8 })
  return streamsArbitrary(instances, (frame) =>
    fc
      .tuple(stepsOf(instances, frame, seen), fc.integer({ min: -4, max: FINEST_SCALE }))
      .map(([steps, scale]) => ({ ...frame, steps, scale })),
  )
}

function stepsOf<T>(
  instances: readonly Instance[],
  frame: Stream,
  step: fc.Arbitrary<T>,
): fc.Arbitrary<T[]> {
  const length = instances[frame.instance]?.exports.length ?? 0
  return fc.array(step, { minLength: length, maxLength: length })
}

/** One to three label sets, each in some of the instances. */
function streamsArbitrary<S extends Stream>(
  instances: readonly Instance[],
  complete: (frame: Stream) => fc.Arbitrary<S>,
): fc.Arbitrary<S[]> {
  const places = instances.map((_, index) => index)
  return labelSetsArbitrary
    .chain((sets) =>
      fc.tuple(
        ...sets.map((attributes) =>
          fc
            .subarray(places, { minLength: 1 })
            .chain((where) =>
              fc.tuple(...where.map((instance) => frameArbitrary(instances, instance, attributes))),
            ),
        ),
      ),
    )
    .chain((frames) => fc.tuple(...frames.flat().map(complete)))
}

const labelSetsArbitrary: fc.Arbitrary<Attributes[]> = fc.constantFrom(...KEYS).chain((keys) =>
  fc.uniqueArray(
    fc
      .tuple(...keys.map(() => fc.constantFrom(...VALUES)))
      .map((values) => Object.fromEntries(keys.map((key, i) => [key, values[i] ?? '']))),
    {
      minLength: 1,
      maxLength: 3,
      selector: (attributes) => JSON.stringify(labelsOf(attributes)).replaceAll(/"\w+":""/gu, ''),
    },
  ),
)

function frameArbitrary(
  instances: readonly Instance[],
  instance: number,
  attributes: Attributes,
): fc.Arbitrary<Stream> {
  const count = instances[instance]?.exports.length ?? 0
  const begins = fc.oneof(
    { arbitrary: fc.constant(0), weight: 2 },
    { arbitrary: fc.nat({ max: count - 1 }), weight: 1 },
  )
  return fc.tuple(begins, fc.integer({ min: 1, max: count * 16 })).map(([from, restart]) => ({
    instance,
    attributes,
    begins: from,
    restarts: restart > from && restart < count ? restart : null,
  }))
}
