// The step of action.yml: runs slo-check, and takes its exit code at its word only where a report stands beside it. A shell
// that does not find the command, a Node that crashes, an npm that cannot install: they all exit 1 as well.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { summaryOf } from './summary.mjs'

const EXIT = { kept: 0, broken: 1, undecided: 2 }
const { env } = process

process.exitCode = gate()

function gate() {
  const undecided = env.GATE_UNDECIDED ?? 'fail'
  if (undecided !== 'fail' && undecided !== 'warn')
    return refuse(`the input \`undecided\` must be fail or warn, got ${JSON.stringify(undecided)}`)
  const specs = linesOf(env.GATE_SPEC)
  if (specs.length === 0) return refuse('the input `spec` names no file')
  const command = installedCommand()
  if (command === undefined)
    return refuse('slo-check is not installed here: npm install --save-dev @plimsoll/slo-check')
  const path = resolve(env.GATE_REPORT || 'slo-report.json')
  // A report that an earlier step left would speak for this one.
  rmSync(path, { force: true })
  const { status, signal, error } = spawnSync(process.execPath, argumentsOf(command, specs, path), {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = error?.message ?? (signal === null ? `exit code ${status}` : `signal ${signal}`)
  const report = readReport(path)
  if (report === undefined || !agrees(status, report.verdict))
    return refuse(`slo-check ended with ${ended} and ${heldBy(report)}; its output above says why`)
  tell(report, path)
  if (report.verdict === 'pass') return EXIT.kept
  if (report.verdict === 'fail') return annotate('error', 'broken', report, EXIT.broken)
  return undecided === 'warn'
    ? annotate('warning', 'undecided', report, EXIT.kept)
    : annotate('error', 'undecided', report, EXIT.undecided)
}

/** The command of the project that is checked, with its own lock file's version. */
function installedCommand() {
  try {
    const main = createRequire(join(process.cwd(), 'package.json')).resolve('@plimsoll/slo-check')
    return join(dirname(main), '../bin/slo-check.js')
  } catch {
    return undefined
  }
}

function argumentsOf(command, specs, report) {
  const chosen = [
    ...(env.GATE_RUN ? [`--run=${env.GATE_RUN}`] : []),
    ...(env.GATE_PROMETHEUS ? [`--prometheus=${env.GATE_PROMETHEUS}`] : []),
  ]
  // The form is said in words: the file may have any name. The table still goes to the log.
  return [
    command,
    ...specs,
    ...chosen,
    ...linesOf(env.GATE_ARGS),
    '--report=json',
    `--output=${report}`,
  ]
}

function linesOf(text = '') {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function readReport(path) {
  if (!existsSync(path)) return undefined
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'))
    return report.schemaVersion === 1 ? report : undefined
  } catch {
    return undefined
  }
}

function agrees(status, verdict) {
  return (
    status === (verdict === 'pass' ? EXIT.kept : verdict === 'fail' ? EXIT.broken : EXIT.undecided)
  )
}

function heldBy(report) {
  return report === undefined ? 'left no report' : `a report that says ${report.verdict}`
}

function tell(report, path) {
  output('verdict', report.verdict)
  output('report', path)
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, summaryOf(report))
}

function refuse(why) {
  console.log(`::error title=slo-check::${commandText(`Nothing was decided: ${why}`)}`)
  output('verdict', 'error')
  output('report', '')
  return EXIT.undecided
}

function annotate(level, word, report, exit) {
  for (const { slo, verdict, reason } of report.objectives.filter(
    ({ verdict }) => verdict !== 'pass',
  ))
    console.log(
      `::${level} title=slo-check ${word}::${commandText(`${slo}: ${verdict}, ${reason}`)}`,
    )
  return exit
}

function output(name, value) {
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`)
}

/** Text inside a workflow command: a line break would end it. */
function commandText(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
