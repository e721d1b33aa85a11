import type { Engine } from '@plimsoll/promql'
import type { Clock } from '../clock.ts'
import { samplesOf } from '../count/numbers.ts'
import { OVERFLOW_LABEL, RUN_LABEL, SERVICE_LABEL } from '../query/selector.ts'
import type { PrometheusApi } from '../server/api.ts'
import { readCapabilities } from '../server/capabilities.ts'
import { readRetention } from '../server/retention.ts'
import { spanText } from '../span-text.ts'
import { anchoredFaultOf } from './anchored-fault.ts'
import { askOf } from './asking.ts'
import { over, writerOf, type Ask, type View, type Writer } from './census.ts'
import { lossWarnings, overflowsOf } from './flaws.ts'
import { MARKERS } from './markers.ts'
import type { Source } from './source.ts'
import { windowInfo, type WindowChoice } from './window.ts'

export interface PrometheusWindowOptions {
  /** The source disposes of it. */
  readonly api: PrometheusApi
  /** Parses queries; the source disposes of it. It may still be starting. */
  readonly engine: Promise<Engine>
  readonly window: WindowChoice
  readonly clock: Clock
}

/**
 * A source on a Prometheus-compatible server: all runs of a window.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_SERVER` when the server cannot be asked, `ERR_PLIMSOLL_QUERY_FAILED` when it cannot
 * evaluate what is asked of each.
 */
export async function prometheusWindow(options: PrometheusWindowOptions): Promise<Source> {
  const { api, window } = options
  const { ask, doubts } = askOf(api)
  const now = options.clock.epoch() / 1000
  const to = window.at ?? now
  const view: View = { to, seconds: window.seconds, run: null }
  const [server, retention, writers, overflowing, losses, engine] = await Promise.all([
    readCapabilities(api, to),
    readRetention(api),
    writersIn(ask, view),
    overflowingIn(ask, view),
    lossWarnings(ask, view),
    options.engine,
  ])
  const overflows = overflowsOf(overflowing)
  return {
    description: { kind: 'prometheus', name: api.base, files: [], server },
    scope: windowInfo(view, writers),
    evaluationTime: to,
    windowSeconds: window.seconds,
    warnings: [...losses, ...overflows.map(({ reason }) => reason)],
    flaws: overflows,
    doubts: [...doubts, ...retentionDoubts(retention, now - to + window.seconds)],
    anchoredFault: anchoredFaultOf(api.base, server),
    isShared: true,
    parse: (query) => engine.parse(query),
    instant: (query) => api.query(query, to),
    metricNames: () => namesOn(api, view),
    [Symbol.dispose]: () => {
      api[Symbol.dispose]()
      engine[Symbol.dispose]()
    },
  }
}

/** What ended before the retention of the server begins is not there to be counted. */
function retentionDoubts(retention: number | null, seconds: number): string[] {
  if (retention === null || seconds <= retention) return []
  return [
    `the window begins ${spanText(seconds)} ago, and the server keeps only ${spanText(retention)}`,
  ]
}

/** By their start markers: a census of a whole server would be too much to ask. */
async function writersIn(ask: Ask, view: View): Promise<Writer[]> {
  const by = [RUN_LABEL, SERVICE_LABEL, 'job', 'instance'].join(', ')
  const query = `group by (${by}) (last_over_time(${over(MARKERS.start, view)}))`
  return samplesOf(await ask(query, view.to)).map(({ metric }) => writerOf(metric))
}

async function overflowingIn(
  ask: Ask,
  view: View,
): Promise<{ readonly metric: string; readonly overflow: boolean }[]> {
  const overflowing = over(`{${OVERFLOW_LABEL}="true"}`, view)
  const answer = await ask(`group by (__name__) (last_over_time(${overflowing}))`, view.to)
  return samplesOf(answer).map(({ metric }) => ({
    metric: metric['__name__'] ?? '',
    overflow: true,
  }))
}

/** For a hint at a misspelled one: without the page there is no hint. */
async function namesOn(api: PrometheusApi, { to, seconds }: View): Promise<string[]> {
  const range = new URLSearchParams({ start: String(to - seconds), end: String(to) })
  const page = await api.page(`label/__name__/values?${range.toString()}`)
  return Array.isArray(page?.data) ? page.data.filter((name) => typeof name === 'string') : []
}
