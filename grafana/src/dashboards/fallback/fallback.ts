import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from '../../dashboard.ts'
import { whole } from './fallback-in-total.ts'
import { works } from './works.ts'
import { sources } from './sources.ts'

/** Who served, in the end, and how long it took. */
export function fallbackDashboard(): Dashboard {
  return dashboard({
    id: 'fallback',
    description: 'Who served the work items in the end, how long it took, and why others did not.',
    variables: ['datasource', 'service', 'run', 'export_interval'],
    sections: [whole, works, sources],
  })
}
