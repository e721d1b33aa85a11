import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from '../../dashboard.ts'
import { whole } from './calls-in-total.ts'
import { traffic } from './traffic.ts'
import { durations } from './durations.ts'
import { requests } from './requests.ts'
import { answers } from './answers.ts'

/** What was called, how it ended, how long it took. */
export function callsDashboard(): Dashboard {
  return dashboard({
    id: 'calls',
    description: 'What the programs called, how it ended and how long it took.',
    variables: ['datasource', 'service', 'run', 'host', 'export_interval'],
    sections: [whole, traffic, durations, requests, answers],
  })
}
