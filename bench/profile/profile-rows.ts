import { dirname, join } from 'node:path'
import { measure, type Times } from '../calls/one-run.ts'
import { BASELINE, ROWS } from '../calls/rows.ts'
import type { Origin } from '../calls/serve.ts'
import { PRELOAD } from '../node-process.ts'
import { byPackage, type CpuProfile } from './by-package.ts'

export interface ProfileFigure {
  readonly title: string
  readonly calls: number
  /** Microseconds of CPU a call: its share of the looks at what ran, of the CPU of the process. */
  readonly shares: readonly { readonly name: string; readonly micros: number }[]
}

const PROFILED = [BASELINE, ...ROWS].filter(({ id }) =>
  [BASELINE.id, 'policies', 'policies-spans'].includes(id),
)
const AT_ONCE = 50

/** Where our cost goes. The preload's own modules run in place of the bundle, which is one file of all packages. */
export async function profileRows(
  origin: Origin,
  times: Omit<Times, 'atOnce'>,
): Promise<readonly ProfileFigure[]> {
  const modules = join(dirname(PRELOAD), 'start.js')
  const figures: ProfileFigure[] = []
  for (const row of PROFILED) {
    let profile: CpuProfile | undefined
    const [measured] = await measure(row, {
      origin,
      times: { ...times, atOnce: [AT_ONCE] },
      preload: modules,
      profile: (text) => {
        profile = JSON.parse(text) as CpuProfile
      },
    })
    if (profile === undefined || measured === undefined) throw new Error(`${row.id}: no profile`)
    const { calls, cpuMicros } = measured
    const shares = byPackage(profile).map(({ name, share }) => ({
      name,
      micros: (share * cpuMicros) / calls,
    }))
    figures.push({ title: row.title, calls, shares })
  }
  return figures
}
