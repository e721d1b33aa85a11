import { join } from 'node:path'
import { PRELOAD, runNode } from '../node-process.ts'
import { inScratch } from '../scratch.ts'
import { spreadOf, type Spread } from '../statistics.ts'
import { MICRO_GROUPS, type MicroRun } from './groups.ts'
import type { MicroPlan } from './program.ts'
import type { Pace, Stretches } from './timed.ts'

export interface MicroFigure {
  readonly name: string
  readonly ours: boolean
  readonly nanos: Spread
  readonly bytes: Spread
}

export interface MicroTable {
  readonly title: string
  readonly figures: readonly MicroFigure[]
}

/** Runs every group `turns` times, one process after the other, and sums up. Without peers only what is ours. */
export async function runMicros({
  pace,
  turns,
  peers,
}: {
  readonly pace: Pace
  readonly turns: number
  readonly peers: boolean
}): Promise<readonly MicroTable[]> {
  const groups = MICRO_GROUPS.map(({ title, runs }) => ({
    title,
    runs: runs
      .filter(({ file }) => peers || !isPeer(file))
      .map((run) => ({ run, taken: [] as (readonly Stretches[])[] })),
  }))
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { run, taken } of groups.flatMap(({ runs }) => runs)) {
      taken.push(await runFile(run, pace))
    }
  }
  return groups.map(({ title, runs }) => ({
    title,
    figures: runs.flatMap(({ run, taken }) => sumUp(taken, !isPeer(run.file))),
  }))
}

const isPeer = (file: string): boolean => file.startsWith('peers/')

async function runFile({ file, preload }: MicroRun, pace: Pace): Promise<readonly Stretches[]> {
  const plan: MicroPlan = { file, ...pace }
  const program = join(import.meta.dirname, 'program.ts')
  return inScratch(async (cwd) => {
    const { stdout } = await runNode({
      args: [...(preload === undefined ? [] : ['-r', PRELOAD]), program, JSON.stringify(plan)],
      cwd,
      env: preload === undefined ? {} : { PLIMSOLL_LOG: 'warn', ...preload },
      withinMs: 300_000,
    })
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Stretches[]
  })
}

function sumUp(taken: readonly (readonly Stretches[])[], ours: boolean): readonly MicroFigure[] {
  const groups = Map.groupBy(taken.flat(), ({ name }) => name)
  return [...groups].map(([name, each]) => ({
    name,
    ours,
    nanos: spreadOf(each.flatMap(({ nanos }) => nanos)),
    bytes: spreadOf(each.flatMap(({ bytes }) => bytes)),
  }))
}
