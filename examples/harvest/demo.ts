/**
 * The main job, twice: a harvester under the preload, in calm and in stormy weather, and `slo-check` on each run. Then
 * holds what the origin served against what the program counted and against what telemetry and report say. Exit 0 when
 * both verdicts are as declared and all counts agree, else 1.
 */
import { parseArgs } from 'node:util'
import { relative } from 'node:path'
import { BROKEN, expectedExit, surprises } from './demo/expected.ts'
import { showProgress } from './demo/progress.ts'
import { agrees, reconcile } from './demo/reconcile.ts'
import { type Rehearsal, rehearse } from './demo/rehearsal.ts'
import { renderRows } from './demo/table.ts'
import { type Profile, PROFILES } from './origin/profile.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '22' },
    works: { type: 'string', default: '300' },
  },
})
const seed = Number(values.seed)
const works = Number(values.works)

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function withProgress(profile: Profile): Promise<Rehearsal> {
  const progress = showProgress(profile, works)
  const onWork = (done: number): void => progress.done(done)
  try {
    return await rehearse({ profile, seed, works, folder: profile, onWork })
  } finally {
    progress.end()
  }
}

/** Runs one profile and tells of it; whether all is as declared. */
async function show(profile: Profile): Promise<boolean> {
  say(`\n== ${profile}: ${works} works, seed ${seed} ==\n`)
  const started = performance.now()
  const run = await withProgress(profile)
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)

  say(run.program.stderr.trimEnd())
  say(`${seconds} s with slo-check; the run is in ${relative(process.cwd(), run.folder)}\n`)
  say(run.gate.table.trimEnd())
  const rows = reconcile(run)
  say(`\nWhat each side counted:\n\n${renderRows(rows)}\n`)

  const wrong = [
    ...surprises(profile, run.gate.report),
    ...(run.gate.exitCode === expectedExit(profile)
      ? []
      : [`slo-check ended with ${String(run.gate.exitCode)}, declared ${expectedExit(profile)}`]),
    ...(run.program.exitCode === 0
      ? []
      : [`the harvester ended with ${String(run.program.exitCode)}`]),
    ...rows.filter((row) => !agrees(row)).map((row) => `the sides disagree: ${row.what}`),
  ]
  for (const line of wrong) say(`✗ ${line}`)
  const broken = BROKEN[profile]
  const declared = broken.length === 0 ? 'keeps every promise' : `breaks ${broken.join(', ')}`
  if (wrong.length === 0)
    say(`✓ ${profile} ${declared}, as declared, and ${rows.length} counts agree`)
  return wrong.length === 0
}

const started = performance.now()
let good = true
try {
  for (const profile of PROFILES) good = (await show(profile)) && good
} catch (error) {
  good = false
  say(`✗ ${error instanceof Error ? error.message : String(error)}`)
}
say(`\n${good ? '✓' : '✗'} ${((performance.now() - started) / 1_000).toFixed(0)} s in all`)
process.exitCode = good ? 0 : 1
