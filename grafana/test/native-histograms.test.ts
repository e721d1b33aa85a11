import { createEngine, type Engine } from '@plimsoll/promql'
import {
  ATTRIBUTES,
  type AttributeDefinition,
  INSTRUMENTS,
  type InstrumentDefinition,
  prometheusName,
} from '@plimsoll/semconv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { panelQueries } from './panel-query.ts'

const EXPORTS = 4
const START = 1_760_000_000
const END = START + EXPORTS
const QUERIES = panelQueries({ rateInterval: '4s', range: '60s' })
const HISTOGRAMS = Object.values(INSTRUMENTS)
  .map((instrument): InstrumentDefinition => instrument)
  .filter(({ kind }) => kind === 'histogram')

let engine: Engine
beforeAll(async () => {
  engine = await createEngine()
  const { problems } = engine.load(Array.from({ length: EXPORTS }, (_, at) => exported(at + 1)))
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
})
afterAll(() => engine?.[Symbol.dispose]())

const nanoseconds = (seconds: number): string => `${seconds}000000000`
const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })

/** An export of every histogram of ours in its exponential form, which has grown by two observations each time. */
function exported(ordinal: number): string {
  const point = (attributes: readonly object[]) => ({
    attributes,
    startTimeUnixNano: nanoseconds(START),
    timeUnixNano: nanoseconds(START + ordinal),
    count: 2 * ordinal,
    sum: 3 * ordinal,
    scale: 0,
    zeroCount: 0,
    positive: { offset: 0, bucketCounts: [ordinal, ordinal] },
  })
  const metrics = HISTOGRAMS.map(({ name, unit, attributes }) => {
    const has = ({ key }: AttributeDefinition): boolean =>
      attributes.some((each) => each.key === key)
    const good = has(ATTRIBUTES.status) ? [attribute(ATTRIBUTES.status.key, '200')] : []
    const failed = has(ATTRIBUTES.errorType) ? [attribute(ATTRIBUTES.errorType.key, 'timeout')] : []
    const dataPoints = [point(good), ...(failed.length > 0 ? [point(failed)] : [])]
    return { name, unit, exponentialHistogram: { aggregationTemporality: 2, dataPoints } }
  })
  const resource = {
    attributes: [
      attribute(ATTRIBUTES.serviceName.key, 'foreign'),
      attribute(ATTRIBUTES.runId.key, 'a-run'),
    ],
  }
  return JSON.stringify({
    resourceMetrics: [{ resource, scopeMetrics: [{ scope: {}, metrics }] }],
  })
}

/** Queries that ask for our histograms and nothing else. */
const names = HISTOGRAMS.map((instrument) => prometheusName(instrument))
const readable = QUERIES.filter(({ expr }) => {
  const asked = expr.match(/\b[a-z_]+(?=\{)/gu) ?? []
  return asked.length > 0 && asked.every((each) => names.some((name) => each.startsWith(name)))
})

test('many panels read histograms', () => {
  expect(readable.length).toBeGreaterThan(30)
})

test.each(readable.map((query) => [query.name, query] as const))(
  '%s reads exponential histograms too',
  (_, { expr, instant }) => {
    const { result, warnings } = engine.range(expr, instant ? END : START, END, 1)

    expect({ expr, answered: result.length > 0, warnings }).toEqual({
      expr,
      answered: true,
      warnings: [],
    })
  },
)
