// The page that a job shows: the report as a Markdown table.

const MARKS = {
  pass: '✅ pass',
  fail: '❌ fail',
  inconclusive: '❔ inconclusive',
  no_data: '❔ no data',
}
const SIGNS = { lte: '≤', lt: '<', gte: '≥', gt: '>' }

/** Markdown of a report of slo-check. */
export function summaryOf(report) {
  const rows = report.objectives.map(
    (one) =>
      `| ${MARKS[one.verdict]} | ${cell(one.slo)} | ${amount(one.value, one)} | ${SIGNS[one.op]} ${amount(one.target, one)} | ${counts(one)} | ${cell(one.reason)} |`,
  )
  return [
    `### slo-check: ${MARKS[report.verdict]}`,
    '',
    whatOf(report),
    '',
    '| verdict | objective | value | target | good / total | reason |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...rows,
    '',
    ...report.warnings.map((warning) => `- ⚠️ ${cell(warning)}`),
    '',
  ].join('\n')
}

function whatOf({ run, window, source }) {
  if (run === null || run === undefined)
    return `From ${window?.start} to ${window?.end}, in ${cell(source.name)}.`
  const name = run.id === null ? 'The run' : `Run \`${run.id}\``
  return `${name} of ${cell(source.services.join(', ')) || 'no named service'}, ${run.start} to ${run.end}${run.complete === false ? ', incomplete' : ''}.`
}

function amount(value, { kind, unit }) {
  if (value === null) return '–'
  if (kind === 'ratio') return `${Number((value * 100).toPrecision(4))} %`
  return `${Number(value.toPrecision(4))}${unit === null || unit === '1' ? '' : ` ${cell(unit)}`}`
}

function counts({ good, total }) {
  return total === null ? '' : good === null ? String(total) : `${good} / ${total}`
}

/** What a table's cell may hold. */
function cell(text) {
  return text.replaceAll(/[|\\<>`*_[\]]/gu, (sign) => `\\${sign}`).replaceAll(/\s+/gu, ' ')
}
