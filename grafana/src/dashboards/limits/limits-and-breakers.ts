import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from '../../dashboard.ts'
import { whole } from './limits-in-total.ts'
import { limiters } from './limiters.ts'
import { breakers } from './breakers.ts'

/** What held calls back: limits that were waited for, breakers that were open. */
export function limitsDashboard(): Dashboard {
  return dashboard({
    id: 'limits',
    description:
      'What held calls back: limits that were waited for, circuit breakers that were open.',
    variables: ['datasource', 'service', 'run', 'host', 'export_interval'],
    sections: [whole, limiters, breakers],
  })
}
