import * as units from '@grafana/grafana-foundation-sdk/units'
import { panelRule, type Rule } from './rule.ts'

const UNITS: ReadonlySet<unknown> = new Set(Object.values(units))
const DATASOURCE = '${datasource}'
/** Kinds of panel that have a legend, in which a series without a name would be its labels. */
const NAMED = ['timeseries', 'state-timeline', 'bargauge', 'table']

/** Rules about panels. */
export const PANEL_RULES: readonly Rule[] = [
  panelRule('panel-datasource-rule', ({ datasource, targets = [] }) =>
    [datasource, ...targets.map((target) => target.datasource)].every(
      (each) => each?.uid === DATASOURCE,
    )
      ? undefined
      : `panel and queries must read ${DATASOURCE}`,
  ),
  panelRule('panel-title-description-rule', ({ title, description = '' }) =>
    title.length > 0 && /^.{10,}\.$/u.test(description)
      ? undefined
      : 'needs a title and a sentence of description',
  ),
  panelRule('panel-units-rule', ({ fieldConfig }) => {
    const overridden = (fieldConfig?.overrides ?? [])
      .flatMap(({ properties }) => properties)
      .filter(({ id }) => id === 'unit')
      .map(({ value }) => value)
    const wrong = [fieldConfig?.defaults.unit, ...overridden].filter((unit) => !UNITS.has(unit))
    return wrong.length === 0 ? undefined : `not a unit of Grafana: ${wrong.join(', ')}`
  }),
  panelRule('panel-no-targets-rule', ({ targets = [] }) =>
    targets.length > 0 ? undefined : 'asks nothing',
  ),
  panelRule('panel-legend', ({ type, targets = [] }) =>
    NAMED.includes(type) && targets.some(({ legendFormat }) => legendFormat === '')
      ? 'every query needs a name for its series'
      : undefined,
  ),
  {
    name: 'panel-overrides',
    faults: ({ uid, panels }) =>
      panels
        .filter(({ type }) => type === 'table')
        .flatMap(({ title, fieldConfig, ...panel }) => {
          const columns = JSON.stringify(panel)
          return (fieldConfig?.overrides ?? [])
            .filter(({ matcher }) => !columns.includes(JSON.stringify(matcher.options)))
            .map(({ matcher }) => `${uid} / ${title}: there is no column ${matcher.options}`)
        }),
  },
  {
    name: 'links-resolve',
    faults: ({ uid, panels }, { uids }) =>
      panels
        .filter(({ type }) => type !== 'row')
        .flatMap(({ title, links = [], fieldConfig }) => {
          const text = JSON.stringify([links, fieldConfig])
          const linked = [...text.matchAll(/"url":"\/d\/([^?"]+)\?/gu)].map(([, to = '']) => to)
          if (links.length === 0) return [`${uid} / ${title}: links nowhere`]
          return linked.length >= links.length && linked.every((to) => uids.has(to) && to !== uid)
            ? []
            : [`${uid} / ${title}: must link to another dashboard: ${linked.join(', ')}`]
        }),
  },
]
