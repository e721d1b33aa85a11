import type { Signal } from '@plimsoll/semconv'
import type { Instance, StoredRun } from './run-files.ts'

/** A request that a collector took, as JSON. */
export interface ReceivedLine {
  readonly signal: Signal
  readonly line: object
}

interface Resourced {
  readonly resource: {
    readonly attributes: readonly { key: string; value: { stringValue?: string } }[]
  }
}

/** What a collector took, sorted as files would be: by instance, in the order in which it came. */
export function receivedRun(received: readonly ReceivedLine[]): StoredRun | undefined {
  const instances = new Map<string, Record<Signal, object[]>>()
  for (const { signal, line } of received) {
    const [resourced] = Object.values(line as Record<string, Resourced[]>).flat()
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
