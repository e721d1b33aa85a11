import type {
  Dashboard,
  Panel,
  RowPanel,
  VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** docs/dashboards.md: each dashboard with its panels and their queries. */
export function dashboardsPage(dashboards: readonly Dashboard[]): string {
  const blocks = [
    '# Dashboards',
    '<!-- Generated from grafana/src by `npm run docs`. -->',
    'Five dashboards for Grafana. [grafana/README.md](../grafana/README.md) says how to load them. `npm test` runs every query below on a run recorded by the embedded engine, and `npm run e2e` on a real Prometheus.',
    ...dashboards.flatMap(dashboardBlocks),
  ]
  return `${blocks.join('\n\n')}\n`
}

function dashboardBlocks({ title = '', uid = '', description = '', ...rest }: Dashboard): string[] {
  const variables = (rest.templating.list ?? []).map(variableLine)
  return [
    `## ${title}`,
    `${description} File [${uid}.json](../grafana/dashboards/${uid}.json).`,
    `Variables: ${variables.join(', ')}.`,
    ...(rest.panels ?? []).flatMap((panel) => panelBlocks(panel)),
  ]
}

function variableLine({ name, label = name }: VariableModel): string {
  return `${label} (\`$${name}\`)`
}

function panelBlocks(panel: Panel | RowPanel): string[] {
  if (isRow(panel)) return [`### ${panel.title}`]
  const { title = '', description = '', type, fieldConfig } = panel
  const unit = fieldConfig?.defaults.unit ?? 'none'
  return [
    `**${title}** (${type}, ${unit}). ${description}`,
    ['```promql', ...queries(panel).map(queryLine), '```'].join('\n'),
  ]
}

interface Target {
  readonly expr: string
  readonly legendFormat: string
}

/** The targets of our panels are Prometheus queries; the SDK's type leaves that open. */
function queries(panel: Panel): readonly Target[] {
  return (panel.targets ?? []) as unknown as readonly Target[]
}

function queryLine({ expr, legendFormat }: Target): string {
  return `# ${legendFormat}\n${expr}`
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row'
}
