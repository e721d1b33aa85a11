import { createEngine, type Engine, type RangeResult } from '@plimsoll/promql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COLLECTOR, PROMETHEUS } from '../src/foreign-names.ts'
import { panelQueries, type PanelQuery } from './panel-query.ts'
import { isQuiet, QUIET } from './quiet-panels.ts'
import { realRun, type RealRun } from './run/real-run.ts'
import { loadRun, record, rulesOfTheRun } from './run/recorded.ts'

/** Seconds before and after the run that the time range covers. */
const MARGIN = 5
const STEP = 0.2
const QUERIES = panelQueries({ rateInterval: '2s', range: '60s' })

/** Collector and Prometheus speak of themselves only where they run: e2e/dashboards.test.ts. */
const FOREIGN = [...Object.values(COLLECTOR), ...Object.values(PROMETHEUS)]
const isForeign = ({ expr }: PanelQuery): boolean =>
  FOREIGN.some((name) => !name.startsWith(PROMETHEUS.alerts) && expr.includes(name))
const OURS = QUERIES.filter((query) => !isForeign(query))

let run: RealRun
let engine: Engine

beforeAll(async () => {
  ;[run, engine] = await Promise.all([realRun(), createEngine()])
  loadRun(engine, run)
  record(engine, rulesOfTheRun(engine), Math.floor(run.began), Math.ceil(run.ended))
})
afterAll(() => {
  run?.[Symbol.dispose]()
  engine?.[Symbol.dispose]()
})

/** The numbers that a panel would show. */
function numbers({ expr, instant }: PanelQuery): readonly number[] {
  const end = Math.ceil(run.ended) + MARGIN
  const start = instant ? end : Math.floor(run.began) - MARGIN
  return valuesOf(engine.range(expr, start, end, STEP))
}

function valuesOf({ result }: RangeResult): readonly number[] {
  return result
    .flatMap(({ values = [] }) => values.map(([, value]) => Number(value)))
    .filter((value) => Number.isFinite(value))
}

describe('the panels show something of a real run in the embedded engine', () => {
  test.each(OURS.map((query) => [query.name, query] as const))('%s', (_, query) => {
    const shown = numbers(query)

    expect({
      query: query.expr,
      answered: shown.length > 0,
      zeroOnly: shown.every((value) => value === 0),
    }).toEqual({ query: query.expr, answered: true, zeroOnly: isQuiet(query) })
  })

  test('the rules record every series that the dashboards read', () => {
    const names = rulesOfTheRun(engine)
      .groups.flatMap(({ rules }) => rules)
      .flatMap((rule) => ('record' in rule ? [rule.record] : []))

    const read = QUERIES.flatMap(({ expr }) => expr.match(/\bslo:[\w:]+/gu) ?? [])

    expect(read.length).toBeGreaterThan(0)
    expect(read.filter((name) => !names.includes(name))).toEqual([])
  })
})

test('the queries left for the real servers are those of the Pipeline dashboard', () => {
  const foreign = QUERIES.filter(isForeign)

  expect(foreign.length).toBeGreaterThan(10)
  expect(new Set(foreign.map(({ dashboard }) => dashboard))).toEqual(new Set(['plimsoll-pipeline']))
})

test('every panel that may show only 0 is still there', () => {
  const there = new Set(QUERIES.flatMap(({ panel, name }) => [panel, name]))

  expect(Object.keys(QUIET).filter((name) => !there.has(name))).toEqual([])
})
