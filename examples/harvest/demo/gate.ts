import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

/** What of a report the demo reads. */
export interface Report {
  readonly verdict: string
  readonly run: { readonly id: string; readonly complete: boolean; readonly end: number }
  readonly objectives: readonly ObjectiveReport[]
}

export interface ObjectiveReport {
  readonly slo: string
  readonly verdict: string
  readonly value: number | null
  readonly good: number | null
  readonly total: number | null
}

export interface GateAnswer {
  readonly exitCode: number | null
  readonly report: Report
  /** The report for people. */
  readonly table: string
}

/** Asks `slo-check` about the newest run in `folder`, as a user would. */
export async function askGate(folder: string): Promise<GateAnswer> {
  const entry = createRequire(import.meta.url).resolve('@plimsoll/slo-check')
  const bin = join(dirname(entry), '../bin/slo-check.js')
  const spec = join(import.meta.dirname, '../slo.yaml')
  const file = join(folder, 'report.json')
  const child = spawn(process.execPath, [bin, spec, '--report', 'json', '--output', file], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close') as Promise<[code: number | null]>
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [exitCode] = await closed
  if (!existsSync(file)) throw new Error(`slo-check gave no report:\n${stderr}`)
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  return { exitCode, report, table: stderr + stdout }
}
