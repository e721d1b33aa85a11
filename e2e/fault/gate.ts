import { readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { INSTRUMENTS, prometheusName } from '@plimsoll/semconv'
import { reportOf, sloCheck } from '../fixtures/slo-check.ts'
import type { Scene } from './scene.ts'

/** What `slo-check` says of a run, asked whether it made at least so many calls. */
export interface Verdict {
  readonly verdict: string
  readonly calls: number | null
  readonly complete: boolean | null
  readonly exitCode: number | null
}

/** Asks the Collector's files, rotated ones included, and Prometheus. */
export async function verdictsOf(
  scene: Scene,
  atLeast: number,
): Promise<Readonly<Record<'files' | 'prometheus', Verdict>>> {
  const spec = join(scene.dir, 'slo.yaml')
  writeFileSync(spec, specOf(atLeast))
  const ask = async (...source: string[]): Promise<Verdict> => {
    const gate = await sloCheck([spec, ...source, '--run', scene.runId])
    const { verdict, run, objectives } = reportOf(gate)
    return {
      verdict,
      calls: objectives[0]?.value ?? null,
      complete: run?.complete ?? null,
      exitCode: gate.exitCode,
    }
  }
  const { collector, prometheus } = scene.pipeline
  return {
    files: await ask('--otlp', ...writtenTo(collector.files.metrics)),
    prometheus: await ask('--prometheus', prometheus.url, '--wait', '0s'),
  }
}

/** A file of the Collector and those that were rotated away from it. */
export function writtenTo(path: string): string[] {
  const folder = dirname(path)
  const stem = basename(path, '.jsonl')
  return readdirSync(folder)
    .filter((name) => name.startsWith(stem) && name.endsWith('.jsonl'))
    .map((name) => join(folder, name))
}

function specOf(atLeast: number): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata: { name: calls, annotations: { plimsoll.dev/kind: count } }
spec:
  service: observed
  timeWindow: [{ duration: 28d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.5, op: gte, value: ${atLeast} }]
  indicator:
    metadata: { name: calls }
    spec:
      thresholdMetric:
        metricSource: { spec: { query: ${prometheusName(INSTRUMENTS.callDuration)}_count } }
`
}
