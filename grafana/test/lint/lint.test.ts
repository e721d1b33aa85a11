import { createEngine, type Engine } from '@plimsoll/promql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type DashboardFile,
  dashboardFiles,
  type PanelFile,
  panelsOf,
  type TargetFile,
  type VariableFile,
} from '../dashboard-files.ts'
import { LAYOUT_RULES } from './layout-rules.ts'
import { PANEL_RULES } from './panel-rules.ts'
import type { Context } from './rule.ts'
import { TARGET_RULES } from './target-rules.ts'
import { TEMPLATE_RULES } from './template-rules.ts'

const DASHBOARDS = dashboardFiles()
const RULES = [...TEMPLATE_RULES, ...PANEL_RULES, ...TARGET_RULES, ...LAYOUT_RULES]

/** The rules of Grafana's dashboard-linter that make no sense here, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'template-job-rule': 'programs push: job is service.name, which is the variable service',
  'target-job-rule': 'the same',
  'template-instance-rule':
    'an instance is a UUID that lives as long as its process: nobody chooses by it; a run is chosen',
  'target-instance-rule': 'the same',
}
const OF_THE_LINTER = [
  'template-datasource-rule',
  'template-job-rule',
  'template-instance-rule',
  'template-label-promql-rule',
  'template-on-time-change-reload-rule',
  'panel-datasource-rule',
  'panel-title-description-rule',
  'panel-units-rule',
  'panel-no-targets-rule',
  'target-promql-rule',
  'target-rate-interval-rule',
  'target-job-rule',
  'target-instance-rule',
  'target-counter-agg-rule',
  'uneditable-dashboard-rule',
]

let engine: Engine
beforeAll(async () => {
  engine = await createEngine()
})
afterAll(() => engine?.[Symbol.dispose]())

const context = (): Context => ({ engine, uids: new Set(DASHBOARDS.map(({ uid }) => uid)) })
const ruleOf = (name: string) => {
  const rule = RULES.find((each) => each.name === name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  return rule
}

test('every rule of the linter is kept or left out for a reason', () => {
  const kept = RULES.map(({ name }) => name)

  expect(OF_THE_LINTER.filter((name) => !kept.includes(name) && !(name in LEFT_OUT))).toEqual([])
  expect(Object.keys(LEFT_OUT).filter((name) => kept.includes(name))).toEqual([])
})

test('there are five dashboards, whose files bear their uids', () => {
  expect(DASHBOARDS.map(({ uid }) => uid)).toEqual([
    'plimsoll-calls',
    'plimsoll-fallback',
    'plimsoll-limits-and-breakers',
    'plimsoll-overview',
    'plimsoll-pipeline',
  ])
})

describe.each(RULES.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
  test.each(DASHBOARDS.map((dashboard) => [dashboard.uid, dashboard] as const))(
    'finds nothing in %s',
    (_, dashboard) => {
      expect(rule.faults(dashboard, context())).toEqual([])
    },
  )
})

describe('a rule that is broken says so:', () => {
  const [calls] = DASHBOARDS
  if (calls === undefined) throw new Error('there are no dashboards')
  const [panel] = panelsOf(calls)
  const [target] = panel?.targets ?? []
  if (panel === undefined || target === undefined) throw new Error('the dashboard asks nothing')

  const withPanel = (change: Partial<PanelFile>): DashboardFile => ({
    ...calls,
    panels: [{ ...panel, ...change }],
  })
  const withTarget = (change: Partial<TargetFile>) =>
    withPanel({ targets: [{ ...target, ...change }] })
  const withVariables = (change: (variable: VariableFile) => VariableFile): DashboardFile => ({
    ...calls,
    templating: { list: calls.templating.list.map(change) },
  })
  const unit = (name: string) => ({ defaults: { unit: name }, overrides: [] })
  const counter =
    'resilience_cache_lookups_total{service_name=~"$service",resilience_run_id=~"$run",server_address=~"$host"}'

  const BROKEN: Readonly<Record<string, DashboardFile>> = {
    'template-datasource-rule': withVariables((each) => ({ ...each, type: 'query' })),
    'template-label-promql-rule': withVariables((each) => ({
      ...each,
      query: 'label_values(up, host)',
    })),
    'template-on-time-change-reload-rule': withVariables((each) => ({ ...each, refresh: 1 })),
    'template-unused': withVariables((each) => ({ ...each, name: 'nobody' })),
    'uneditable-dashboard-rule': { ...calls, editable: true },
    'panel-datasource-rule': withPanel({ datasource: { uid: 'prometheus' } }),
    'panel-title-description-rule': withPanel({ description: '' }),
    'panel-units-rule': withPanel({ fieldConfig: unit('furlongs') }),
    'panel-no-targets-rule': withPanel({ targets: [] }),
    'panel-legend': withPanel({ type: 'timeseries', targets: [{ ...target, legendFormat: '' }] }),
    'panel-overrides': withPanel({
      type: 'table',
      fieldConfig: {
        ...unit('s'),
        overrides: [{ matcher: { id: 'byName', options: 'gone' }, properties: [] }],
      },
    }),
    'links-resolve': withPanel({ links: [{ title: 'away', url: '/d/nowhere?x' }] }),
    'target-promql-rule': withTarget({ expr: 'sum(' }),
    'target-rate-interval-rule': withTarget({ expr: `rate(${counter}[5m])` }),
    'target-counter-agg-rule': withTarget({ expr: `sum(${counter})` }),
    'target-labels': withTarget({ expr: counter.replace('server_address', 'eror_type') }),
    'target-variables': withTarget({ expr: 'resilience_cache_lookups_total' }),
    'ids-unique': { ...calls, panels: [panel, panel] },
    'titles-unique': { ...calls, panels: [panel, panel] },
    'no-overlap': { ...calls, panels: [panel, panel] },
    'dashboard-links': { ...calls, links: [] },
  }

  test('each rule is broken once', () => {
    expect(Object.keys(BROKEN).toSorted()).toEqual(RULES.map(({ name }) => name).toSorted())
  })

  test.each(Object.entries(BROKEN))('%s', (name, dashboard) => {
    expect(ruleOf(name).faults(dashboard, context())).not.toEqual([])
  })
})
