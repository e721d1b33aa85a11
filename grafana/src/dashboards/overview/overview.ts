import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from '../../dashboard.ts'
import { objectives } from './objectives.ts'
import { runs } from './runs.ts'

/** Whether the promises are kept, and which runs there were. */
export function overviewDashboard(): Dashboard {
  return dashboard({
    id: 'overview',
    description:
      'Whether the objectives are kept, how fast their budgets are spent, and which runs there were.',
    variables: ['datasource', 'service', 'run', 'host', 'export_interval'],
    sections: [objectives, runs],
  })
}
