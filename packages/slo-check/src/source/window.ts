import type { View, Writer } from './census.ts'
import type { WindowInfo } from './source.ts'

/** A window that ends at a time. */
export interface WindowChoice {
  readonly seconds: number
  /** Unix seconds; null for the end of the data, or on a server for now. */
  readonly at: number | null
}

/** What is known of a window by those who wrote in it. */
export function windowInfo(view: View, writers: readonly Writer[]): WindowInfo {
  return {
    kind: 'window',
    start: view.to - view.seconds,
    end: view.to,
    instances: new Set(writers.map(({ run, key }) => JSON.stringify([run, key]))).size,
    services: [...new Set(writers.flatMap(({ service }) => service ?? []))].toSorted(),
  }
}
