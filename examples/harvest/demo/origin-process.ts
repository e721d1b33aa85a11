import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HostName } from '../origin/catalogue.ts'
import { type LedgerEntry, parseLedger } from '../origin/ledger.ts'
import type { Profile } from '../origin/profile.ts'

export interface OriginProcess {
  readonly ports: Readonly<Record<HostName, number>>
  /** Ends the origin and reads what it wrote of itself. */
  stop(): Promise<readonly LedgerEntry[]>
}

export interface OriginProcessOptions {
  readonly profile: Profile
  readonly seed: number
  readonly works: number
  /** Where the origin writes its ledger. */
  readonly ledgerFile: string
}

/** Starts the origin as a process of its own, and waits until its hosts listen. */
export async function startOriginProcess(options: OriginProcessOptions): Promise<OriginProcess> {
  const { profile, seed, works, ledgerFile } = options
  const wanted = { profile, seed, works, ledger: ledgerFile }
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../origin.ts'),
      ...Object.entries(wanted).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    // The channel tells the origin when its parent is gone.
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  )
  const exited = once(child, 'exit') as Promise<[code: number | null]>
  const { stdout } = child
  if (stdout === null) throw new Error('the origin has no output')
  const first = once(createInterface({ input: stdout }), 'line') as Promise<[line: string]>
  const line = await Promise.race([first, exited.then(() => undefined)])
  if (line === undefined) throw new Error('the origin ended before it listened')

  const { hosts } = JSON.parse(line[0]) as { hosts: Record<HostName, number> }
  return {
    ports: hosts,
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      if (code !== 0) throw new Error(`the origin ended with ${String(code)}`)
      return parseLedger(readFileSync(ledgerFile, 'utf8'))
    },
  }
}
