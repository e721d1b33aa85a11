import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@plimsoll/promql'
import { renderRules } from '@plimsoll/slo-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COLLECTOR, COLLECTOR_ITEMS } from '../grafana/src/foreign-names.ts'
import { SLO_SERIES } from '../grafana/src/slo-series.ts'
import { panelQueries, type PanelQuery } from '../grafana/test/panel-query.ts'
import { isQuiet } from '../grafana/test/quiet-panels.ts'
import { realRun } from '../grafana/test/run/real-run.ts'
import { rulesOfTheRun } from '../grafana/test/run/recorded.ts'
import { type Pipeline, startPipeline } from '../pipeline/src/index.ts'
import { ask, eventually, type Sample } from './pipeline/ask.ts'

/** Four of the intervals at which Prometheus scrapes. */
const RATE_INTERVAL = '60s'
/** As often as the program exports: what waits now waits for a part of a second. */
const STEP_SECONDS = 0.2
/** How often the rules are evaluated. */
const RULES_SECONDS = 1
/** Two scrapes, and the time in which a busy machine makes them. */
const SCRAPED_MS = 120_000
const QUERIES = panelQueries({ rateInterval: RATE_INTERVAL, range: '10m' })

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-dashboards-'))
let pipeline: Pipeline | undefined
let began: number
let ended: number

const prometheus = (): string => {
  if (pipeline === undefined) throw new Error('the pipeline did not start')
  return pipeline.prometheus.url
}

/** The rules of the run's objectives, evaluated each second. */
async function ruleFile(): Promise<string> {
  using engine = await createEngine()
  const { groups, ...rest } = rulesOfTheRun(engine)
  const often = {
    ...rest,
    groups: groups.map((group) => ({ ...group, interval: `${RULES_SECONDS}s` })),
  }
  const file = join(folder, 'panels.yaml')
  writeFileSync(file, renderRules(often))
  return file
}

/** A run of the program whose telemetry goes through the pipeline. */
async function pushedRun({ collector }: Pipeline): Promise<number> {
  using run = await realRun({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp })
  return run.began
}

/** Waits until a query answers with something above 0. */
async function positive(query: string): Promise<void> {
  const above = (seen: readonly Sample[]): boolean =>
    seen.some(({ value }) => Number(value?.[1] ?? 0) > 0)
  await eventually(async () => ask(prometheus(), query), above, SCRAPED_MS)
}

beforeAll(async () => {
  pipeline = await startPipeline({ dir: folder, ruleFiles: [await ruleFile()] })
  began = await pushedRun(pipeline)
  // What a scrape sees for the first time has no rate: a second run, between that scrape and the next.
  const items = Object.values(COLLECTOR_ITEMS)
  for (const item of items) await positive(`${COLLECTOR.sent}${item}`)
  await pushedRun(pipeline)
  for (const item of items) await positive(`rate(${COLLECTOR.sent}${item}[${RATE_INTERVAL}])`)
  await eventually(
    async () => ask(prometheus(), SLO_SERIES.budgetLeft),
    (seen) => seen.length > 0,
  )
  // Further on, so that the last steps see what the last scrape brought.
  ended = Date.now() / 1000 + 2 * RULES_SECONDS
})
afterAll(async () => {
  await pipeline?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** The numbers that a panel would show. */
async function numbers({ expr, instant }: PanelQuery): Promise<readonly number[]> {
  const start = instant ? ended : began
  const range = { start: String(start), end: String(ended), step: String(STEP_SECONDS) }
  const response = await fetch(`${prometheus()}/api/v1/query_range`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr, ...range }),
  })
  const answer = (await response.json()) as Answer
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error ?? response.status}`)
  return (answer.data?.result ?? [])
    .flatMap(({ values = [] }) => values.map(([, value]) => Number(value)))
    .filter((value) => Number.isFinite(value))
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly result: readonly Sample[] }
}

test.each(QUERIES.map((query) => [query.name, query] as const))(
  '%s shows something of a run that came through the Collector to Prometheus',
  async (_, query) => {
    const shown = await numbers(query)

    // A panel that shows only 0 in health may show more: a queue that was filling when it was scraped.
    const loud = shown.some((value) => value !== 0)
    expect({ query: query.expr, answered: shown.length > 0, loud: loud || isQuiet(query) }).toEqual(
      {
        query: query.expr,
        answered: true,
        loud: true,
      },
    )
  },
)
