import { Counter, Histogram, Registry } from 'prom-client'
import type { Micro } from '../micro.ts'

/** prom-client, scraped between the stretches. */
export function prepare(): readonly Micro[] {
  const registers = [new Registry()]
  const labelNames = ['host', 'port', 'method']
  const labels = { host: 'api.example.org', port: '443', method: 'GET' }
  const counter = new Counter({ name: 'calls', help: 'Calls.', labelNames, registers })
  const histogram = new Histogram({ name: 'seconds', help: 'Seconds.', labelNames, registers })
  const between = (): unknown => registers[0]?.metrics()
  return [
    { name: 'prom-client counter, 3 labels', step: () => counter.inc(labels), between },
    {
      name: 'prom-client histogram, 3 labels',
      step: () => histogram.observe(labels, 0.012),
      between,
    },
  ]
}
