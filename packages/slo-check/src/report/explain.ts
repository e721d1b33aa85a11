import type { NativeHistogram, VectorSample } from '@plimsoll/promql'
import { samplesOf, seriesText } from '../count/numbers.ts'
import type { Step } from '../query/ask.ts'
import type { Report } from './model.ts'

/** A histogram of ours has 20 buckets or so; more than this is a query without aggregation. */
const SHOWN = 24

/** Each query as written, as sent, its raw answer, and how it was read. */
export function renderExplain(report: Report, steps: readonly Step[]): string {
  const { source } = report
  const blocks = report.objectives.map((objective) => {
    const own = steps.filter(
      (step) => step.slo === objective.slo && step.objective === objective.objective,
    )
    return [
      `${objective.slo} / ${objective.objective}`,
      ...own.flatMap(stepLines),
      `  => ${objective.verdict}: ${objective.reason}`,
    ].join('\n')
  })
  const head = `every query is evaluated at ${source.evaluatedAt}; $window is ${source.windowSeconds}s`
  return `${[head, ...blocks].join('\n\n')}\n`
}

function stepLines(step: Step, index: number, all: readonly Step[]): string[] {
  const { written } = step
  const first = all.findIndex((other) => other.written === written) === index
  const { file, line, column } = written.place
  const head = first
    ? [`  ${written.role}  (${file}:${line}:${column})`, ...block('written', written.text.trim())]
    : []
  return [
    ...head,
    ...block('sent', step.sent),
    ...block('answer', answerText(step)),
    ...block('read', step.reading),
  ]
}

function answerText(step: Step): string {
  const { answer } = step
  if ('error' in answer) return `error: ${answer.error}`
  const samples = answer.resultType === 'vector' ? answer.result : samplesOf(answer)
  if (samples.length === 0) return '(nothing)'
  const lines = samples.slice(0, SHOWN).map(sampleText)
  const hidden = samples.length - lines.length
  return [...lines, ...(hidden > 0 ? [`… and ${hidden} more series`] : [])].join('\n')
}

function sampleText(sample: VectorSample): string {
  const value = 'value' in sample ? sample.value[1] : histogramText(sample.histogram[1])
  return `${seriesText(sample.metric)} ${value}`
}

/** The count and what each bucket holds, with the brackets that its bounds have. */
function histogramText({ count, buckets = [] }: NativeHistogram): string {
  const held = buckets.map(([includes, lower, upper, number]) => {
    const left = includes === 1 || includes === 3 ? '[' : '('
    const right = includes === 0 || includes === 3 ? ']' : ')'
    return `${left}${lower}, ${upper}${right} ${number}`
  })
  return [`${count} observations`, ...held].join('; ')
}

function block(label: string, text: string): string[] {
  return text
    .split('\n')
    .map((line, index) => `    ${(index === 0 ? label : '').padEnd(8)} ${line}`.trimEnd())
}
