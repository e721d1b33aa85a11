import { createEngine } from '@plimsoll/promql'
import { run } from '../../src/cli/run.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import type { Report } from '../../src/report/model.ts'
import { fakeClock } from './fake-clock.ts'

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command in this process, with a clock that stands still. */
export async function sloCheck(
  args: readonly string[],
  given: Partial<Terminal> = {},
): Promise<Ended> {
  const written = { out: '', err: '' }
  const code = await run({
    args,
    env: {},
    isTty: false,
    isErrTty: false,
    clock: fakeClock(),
    random: () => 0,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    startEngine: createEngine,
    ...given,
  })
  return { code, ...written }
}

/** The report of a check that gives one. */
export async function sloReport(
  args: readonly string[],
  given: Partial<Terminal> = {},
): Promise<Report> {
  const { out, err } = await sloCheck([...args, '--report', 'json'], given)
  if (out === '') throw new Error(`there is no report: ${err}`)
  return JSON.parse(out) as Report
}
