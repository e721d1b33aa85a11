import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  const [table, json] = await Promise.all([
    sloCheck(folder, ['--report', 'table']),
    sloCheck(folder, ['--report', 'json']),
  ])
  if (!json.stdout.startsWith('{')) throw new Error(`slo-check gave no report:\n${json.stderr}`)
  const report = JSON.parse(json.stdout) as Report
  return { exitCode: json.exitCode, report, table: table.stdout + table.stderr }
}

async function sloCheck(folder: string, options: readonly string[]) {
  const entry = createRequire(import.meta.url).resolve('@plimsoll/slo-check')
  const bin = join(dirname(entry), '../bin/slo-check.js')
  const spec = join(import.meta.dirname, '../slo.yaml')
  const child = spawn(process.execPath, [bin, spec, ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close') as Promise<[code: number | null]>
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [exitCode] = await closed
  return { stdout, stderr, exitCode }
}
