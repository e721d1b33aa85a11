import type { Received } from './collector.ts'
import type { Instance, StoredRun } from './run-files.ts'

interface Resourced {
  readonly resource: {
    readonly attributes: readonly { key: string; value: { stringValue?: string } }[]
  }
}

/** What a collector took in OTLP JSON, sorted as files would be: by instance, in the order in which it came. */
export function receivedRun(received: readonly Received[]): StoredRun | undefined {
  const instances = new Map<string, { metrics: object[]; logs: object[]; traces: object[] }>()
  for (const { path, body } of received) {
    const signal = path.replace('/v1/', '') as 'metrics' | 'logs' | 'traces'
    const line = JSON.parse(body.toString()) as Record<string, Resourced[]>
    const [resourced] = Object.values(line).flat()
    const id = resourced?.resource.attributes.find(({ key }) => key === 'service.instance.id')
    const name = id?.value.stringValue ?? ''
    const instance = instances.get(name) ?? { metrics: [], logs: [], traces: [] }
    instance[signal].push(line)
    instances.set(name, instance)
  }
  if (instances.size === 0) return undefined
  return {
    folder: '',
    record: undefined,
    instances: [...instances].map(([id, lines]) => ({ id, ...lines }) as unknown as Instance),
  }
}
