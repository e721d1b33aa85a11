import { join } from 'node:path'
import { runNode } from '../node-process.ts'
import { inScratch } from '../scratch.ts'
import { spreadOf, type Spread } from '../statistics.ts'
import type { Preload } from './preloads.ts'

export interface StartFigure {
  readonly id: Preload['id']
  readonly title: string
  /** From the start of the process to the program's first line. */
  readonly ms: Spread
  readonly addedMs: Spread
  readonly megabytes: Spread
  readonly addedMegabytes: Spread
}

interface FirstLine {
  readonly sinceStartMs: number
  readonly rss: number
}

const PROGRAM = join(import.meta.dirname, 'first-line.mjs')
const MEGABYTE = 1_000_000

/** Starts a program in each of the ways in turn; the plain way of each turn is what the others add to. */
export async function measureStarts(
  ways: readonly Preload[],
  turns: number,
): Promise<readonly StartFigure[]> {
  const taken = ways.map((way) => ({ way, lines: [] as FirstLine[] }))
  // The first turn fills the caches of the disk.
  for (let turn = -1; turn < turns; turn += 1) {
    for (const { way, lines } of taken) {
      const line = await firstLine(way)
      if (turn >= 0) lines.push(line)
    }
  }
  const plain = taken.find(({ way }) => way.id === 'plain')?.lines ?? []
  return taken.map(({ way: { id, title }, lines }) => {
    const added = (figure: (line: FirstLine) => number): Spread =>
      spreadOf(lines.map((line, turn) => figure(line) - (plain[turn] ? figure(plain[turn]) : NaN)))
    const ms = ({ sinceStartMs }: FirstLine): number => sinceStartMs
    const megabytes = ({ rss }: FirstLine): number => rss / MEGABYTE
    return {
      id,
      title,
      ms: spreadOf(lines.map(ms)),
      addedMs: added(ms),
      megabytes: spreadOf(lines.map(megabytes)),
      addedMegabytes: added(megabytes),
    }
  })
}

function firstLine({ args }: Preload): Promise<FirstLine> {
  return inScratch(async (cwd) => {
    const run = await runNode({
      args: [...args, PROGRAM],
      cwd,
      env: { PLIMSOLL_LOG: 'warn' },
      withinMs: 60_000,
    })
    return JSON.parse(run.stdout) as FirstLine
  })
}
