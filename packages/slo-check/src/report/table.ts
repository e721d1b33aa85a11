import { spanText } from '../span-text.ts'
import type { Verdict } from '../verdict.ts'
import { PLAIN, type Colours } from './colours.ts'
import { numberText, sign, valueText, wrapped } from './format.ts'
import type { ObjectiveReport, Report } from './model.ts'

const MARKS: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  fail: '✗',
  inconclusive: '?',
  no_data: '∅',
}
const HEADS = ['verdict', 'objective', 'value', 'target', 'good/total', 'counting'] as const
const RIGHT = new Set<number>([2, 3, 4])
const WIDTH = 96
const INDENT = '    '

/** The report for people, in at most 100 columns where names allow. */
export function renderTable(report: Report, colours: Colours = PLAIN): string {
  const rows = report.objectives.map((objective) => cellsOf(objective, report))
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => pad(cell, widths[column] ?? 0, RIGHT.has(column))).join('  ')
  const lines = [
    ...headOf(report, colours),
    '',
    `  ${colours.faint(line(HEADS).trimEnd())}`,
    ...report.objectives.flatMap((objective, index) => {
      const text = line(rows[index] ?? []).trimEnd()
      const reason = wrapped(objective.reason, WIDTH - INDENT.length)
      return [
        colours.verdict(objective.verdict, MARKS[objective.verdict]) +
          ' ' +
          painted(text, objective, colours),
        ...reason.map((part) => INDENT + colours.faint(part)),
      ]
    }),
    '',
    ...remarksOf(report),
    summaryOf(report, colours),
  ]
  return `${lines.join('\n')}\n`
}

function cellsOf(objective: ObjectiveReport, report: Report): string[] {
  const { target, unit } = objective
  return [
    objective.verdict,
    nameOf(objective, report),
    measuredText(objective),
    `${sign(objective.op)} ${valueText(target, unit)}`,
    countsText(objective),
    objective.counting,
  ]
}

/** The SLO's name tells, unless it has several objectives. */
function nameOf({ slo, objective }: ObjectiveReport, report: Report): string {
  const alone = report.objectives.filter((other) => other.slo === slo).length === 1
  return alone ? slo : `${slo}: ${objective}`
}

function countsText({ good, total }: ObjectiveReport): string {
  if (total === null) return '-'
  return good === null ? numberText(total) : `${numberText(good)}/${numberText(total)}`
}

/** The value, or what is known of it. */
function measuredText(objective: ObjectiveReport): string {
  const { value, unit, target, bounds } = objective
  if (value !== null) return valueText(value, unit, target)
  const [low, high] = bounds
  if (low !== null && high === null) return `> ${valueText(low, unit)}`
  return '-'
}

function headOf(report: Report, colours: Colours): string[] {
  const { run, window, source } = report
  const instances = source.instances === 1 ? '1 instance' : `${source.instances} instances`
  const services = source.services.join(', ')
  if (run === null) {
    return [
      `${colours.strong(`window of ${spanText(source.windowSeconds)}`)}  ${services}`.trimEnd(),
      `  up to ${window?.end ?? source.evaluatedAt}, ${instances}`,
      `  ${nameOfSource(report)}`,
    ]
  }
  const seconds = (Date.parse(run.end) - Date.parse(run.start)) / 1000
  const whole =
    run.complete === null
      ? 'completeness unknown'
      : run.complete
        ? 'complete'
        : 'INCOMPLETE: still running, or cut short'
  return [
    `${colours.strong(`run ${run.id ?? '(no run id)'}`)}  ${services}`.trimEnd(),
    `  ${run.start} + ${numberText(seconds)} s, ${instances}, ${whole}`,
    `  ${nameOfSource(report)}`,
  ]
}

function nameOfSource({ source: { name, server } }: Report): string {
  if (server === undefined) return name
  return `${name} (${server.application}${server.version === null ? '' : ` ${server.version}`})`
}

function remarksOf(report: Report): string[] {
  const remarks = [
    ...report.notes.map((note) => `note: ${note}`),
    ...(report.warnings.length === 0 ? [] : [warningsText(report.warnings.length)]),
  ]
  return [...remarks.flatMap((remark) => wrapped(remark, WIDTH)), '']
}

function warningsText(count: number): string {
  const warnings = count === 1 ? '1 warning' : `${count} warnings`
  return `${warnings} about the data: on stderr, and in the JSON report`
}

function summaryOf(report: Report, colours: Colours): string {
  const counts = (['fail', 'no_data', 'inconclusive', 'pass'] as const).flatMap((verdict) => {
    const count = report.objectives.filter((objective) => objective.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return `verdict: ${colours.verdict(report.verdict, report.verdict)} (${counts.join(', ')})`
}

function painted(text: string, objective: ObjectiveReport, colours: Colours): string {
  const { verdict } = objective
  return colours.verdict(verdict, text.slice(0, verdict.length)) + text.slice(verdict.length)
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width)
}
