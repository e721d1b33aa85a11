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

/**
 * What a collector took, sorted as files would be: by instance, in the order in which it came; metrics by their time, as
 * every reader of a series does. For what a worker sent itself may come after the end that its main thread wrote for it.
 */
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
    instances: [...instances].map(
      ([id, { metrics, ...others }]) =>
        ({ id, metrics: byTime(metrics), ...others }) as unknown as Instance,
    ),
  }
}

function byTime(metrics: readonly object[]): object[] {
  return metrics
    .map((line) => ({ line, time: timeOf(line) }))
    .toSorted((one, other) => one.time - other.time)
    .map(({ line }) => line)
}

/** Of the newest point, in nanoseconds. */
function timeOf(line: object): number {
  const points = JSON.stringify(line).matchAll(/"timeUnixNano":"?(\d+)/gu)
  return Math.max(0, ...[...points].map(([, time]) => Number(time)))
}
