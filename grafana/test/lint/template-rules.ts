import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import { substituted } from '../panel-query.ts'
import type { Rule } from './rule.ts'

const ON_TIME_RANGE_CHANGED = 2
const LABELS = new Set(Object.values(ATTRIBUTES).map(({ key }) => prometheusLabel(key)))

/** Rules about variables. */
export const TEMPLATE_RULES: readonly Rule[] = [
  {
    name: 'template-datasource-rule',
    faults: ({ uid, templating: { list } }) => {
      const found = list.filter(({ type }) => type === 'datasource')
      const [first] = found
      const good =
        found.length === 1 &&
        first?.name === 'datasource' &&
        first.label === 'Data source' &&
        first.query === 'prometheus'
      return good ? [] : [`${uid}: there must be one variable "datasource" of type prometheus`]
    },
  },
  {
    name: 'template-label-promql-rule',
    faults: ({ uid, templating }, { engine }) =>
      templating.list
        .filter(({ type }) => type === 'query')
        .flatMap(({ name, query }) => {
          const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/u.exec(query) ?? []
          if (!LABELS.has(label))
            return [`${uid}: ${name} asks for a label that is not ours: ${query}`]
          const asked = substituted(selector, { templating }, { rateInterval: '1m', range: '1h' })
          return engine.parse(asked).bareSelector === null
            ? [`${uid}: ${name} must select series`]
            : []
        }),
  },
  {
    name: 'template-on-time-change-reload-rule',
    faults: ({ uid, templating }) =>
      templating.list
        .filter(({ type, refresh }) => type === 'query' && refresh !== ON_TIME_RANGE_CHANGED)
        .map(({ name }) => `${uid}: ${name} must be asked anew when the time range changes`),
  },
  {
    name: 'template-unused',
    faults: ({ templating, ...dashboard }) => {
      const text = JSON.stringify([
        dashboard.panels,
        // A variable may be there for another one.
        templating.list.map(({ query, datasource }) => [query, datasource]),
      ])
      return templating.list
        .filter(({ name }) => !new RegExp(`\\$(?:\\{${name}\\}|${name}\\b)`, 'u').test(text))
        .map(({ name }) => `${dashboard.uid}: nothing uses $${name}`)
    },
  },
  {
    name: 'uneditable-dashboard-rule',
    faults: ({ uid, editable }) => (editable ? [`${uid}: must not be editable`] : []),
  },
]
