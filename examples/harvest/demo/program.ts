import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What the harvester counts, as it prints it. */
export interface Tally {
  readonly works: number
  readonly accepted: number
  readonly failed: number
  readonly calls: Readonly<Record<string, number>>
  readonly metadataLookups: number
  readonly probesSkipped: number
  readonly corruptBodies: number
  readonly mislabelled: number
}

/** What became of a work, as the harvester prints it. */
export interface Delivery {
  readonly work: string
  /** The id of the request that brought the artifact; absent when none did. */
  readonly request?: string
  readonly sha256?: string
  readonly error?: string
  /** The requests that brought bytes of no use. */
  readonly spoilt: readonly string[]
}

export interface Finished {
  readonly deliveries: readonly Delivery[]
  readonly tally: Tally
  readonly stderr: string
  readonly exitCode: number | null
}

/** Runs the harvester under the preload in `folder`; `onWork` hears of each work that is done. */
export async function runHarvester(
  folder: string,
  metadataPort: number,
  onWork: (done: number) => void,
): Promise<Finished> {
  const program = join(import.meta.dirname, '../harvest.ts')
  const metadata = `http://127.0.0.1:${metadataPort}`
  const child = spawn(
    process.execPath,
    ['-r', '@plimsoll/register', program, '--metadata', metadata],
    { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const exited = once(child, 'close') as Promise<[code: number | null]>
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (!isTally(line)) onWork(lines.length)
  }
  const [exitCode] = await exited

  const last = lines.pop() ?? ''
  if (!isTally(last)) {
    throw new Error(`the harvester ended with ${String(exitCode)} and no tally:\n${stderr}`)
  }
  const { tally } = JSON.parse(last) as { tally: Tally }
  return { deliveries: lines.map((line) => JSON.parse(line) as Delivery), tally, stderr, exitCode }
}

const isTally = (line: string): boolean => line.startsWith('{"tally"')

/** The environment without what would send the telemetry elsewhere, or into another run. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(?:OTEL|PLIMSOLL)_/u.test(name)))
}
