import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import type { Seen } from './variant.ts'

interface MetricsLine {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string
        readonly histogram?: { readonly dataPoints: readonly { readonly count: number | string }[] }
      }[]
    }[]
  }[]
}

/** What the preload wrote of a run in `folder`: calls counted, events of calls, spans. */
export function written(folder: string): Required<Seen> {
  const textOf = (signal: string): string =>
    globSync(`.plimsoll/runs/*/*.${signal}.jsonl`, { cwd: folder })
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('')
  const occurrences = (text: string, of: string): number => text.split(of).length - 1
  return {
    metrics: callsCounted(textOf('metrics')),
    events: occurrences(textOf('logs'), `"eventName":"${EVENTS.call.name}"`),
    spans: occurrences(textOf('traces'), '"spanId":'),
  }
}

/** The newest line stands for all, since it is cumulative. */
function callsCounted(lines: string): number {
  const newest = lines.trimEnd().split('\n').at(-1) ?? ''
  if (newest === '') return 0
  const { resourceMetrics } = JSON.parse(newest) as MetricsLine
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .filter(({ name }) => name === INSTRUMENTS.callDuration.name)
    .flatMap(({ histogram }) => histogram?.dataPoints ?? [])
    .reduce((sum, { count }) => sum + Number(count), 0)
}
