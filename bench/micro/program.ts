import { writeSync } from 'node:fs'
import type { MicroModule } from './micro.ts'
import { timed, type Pace, type Stretches } from './timed.ts'

// The micro-benchmarks of one file in a process of its own. Prints `Stretches[]` as JSON.

/** What the process is told, as JSON in its only argument. */
export interface MicroPlan extends Pace {
  /** File beside this one. */
  readonly file: string
}

const { file, ...pace } = JSON.parse(process.argv[2] ?? '') as MicroPlan
const module = (await import(new URL(file, import.meta.url).href)) as MicroModule
const measured: Stretches[] = []
for (const micro of await module.prepare()) measured.push(await timed(micro, pace))
writeSync(1, `${JSON.stringify(measured)}\n`)
process.exit(0)
