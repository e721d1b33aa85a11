import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from '../../dashboard.ts'
import { programs } from './programs.ts'
import { collector } from './collector.ts'
import { prometheus } from './prometheus.ts'

/** Whether telemetry arrives: nothing on the other dashboards is worth more than this. */
export function pipelineDashboard(): Dashboard {
  return dashboard({
    id: 'pipeline',
    description:
      'Whether telemetry arrives: what programs lost, what the Collector and Prometheus took, refused and keep.',
    variables: ['datasource', 'service', 'run', 'export_interval'],
    sections: [programs, collector, prometheus],
  })
}
