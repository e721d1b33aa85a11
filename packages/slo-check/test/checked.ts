import { createEngine } from '@plimsoll/promql'
import {
  check,
  embeddedSource,
  parseSpecs,
  type ObjectiveReport,
  type Report,
  type Source,
  type Step,
} from '@plimsoll/slo-check'
import { otlpLines, type InstanceTruth } from './otlp-lines.ts'

/** A source on the real engine that holds what the instances did. */
export async function sourceOf(
  truths: readonly InstanceTruth[],
  options: { readonly wantedRun?: string; readonly edit?: (lines: string[]) => string[] } = {},
): Promise<Source> {
  const { wantedRun = null, edit = (lines) => lines } = options
  const files = truths.map((truth, index) => ({
    name: `${index}.metrics.jsonl`,
    lines: edit(otlpLines(truth)).join('\n'),
  }))
  return embeddedSource({
    engine: await createEngine(),
    files,
    description: { kind: 'otlp-files', name: 'test data', files: files.map(({ name }) => name) },
    wantedRun,
  })
}

export interface Checked {
  readonly report: Report
  readonly steps: readonly Step[]
}

/** Checks a spec against what the instances did. */
export async function checked(
  spec: string,
  truths: readonly InstanceTruth[],
  options: Parameters<typeof sourceOf>[1] = {},
): Promise<Checked> {
  const steps: Step[] = []
  using source = await sourceOf(truths, options)
  const specs = parseSpecs([{ name: 'slo.yaml', text: spec }])
  const report = await check({ specs, source, onStep: (step) => void steps.push(step) })
  return { report, steps }
}

/** The one objective of a spec, checked. */
export async function checkedOne(...given: Parameters<typeof checked>): Promise<ObjectiveReport> {
  const { report } = await checked(...given)
  const [objective] = report.objectives
  if (objective === undefined) throw new Error('the spec has no objective')
  return objective
}
