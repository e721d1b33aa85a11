import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The origin while it runs. */
export interface Origin {
  /** URL without a slash at its end. */
  readonly url: string
  /** Requests so far, by the first segment of their path. */
  readonly ledger: () => Promise<Readonly<Record<string, number>>>
}

/** Starts the origin for as long as `work` takes. */
export async function withOrigin<Result>(
  work: (origin: Origin) => Promise<Result>,
): Promise<Result> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'origin.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [port] = (await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the origin ended with ${String(code)} before it listened`)
      }),
    ])) as [unknown]
    const url = `http://127.0.0.1:${String(port).trim()}`
    return await work({
      url,
      ledger: async () => {
        const response = await fetch(`${url}/ledger`)
        return (await response.json()) as Record<string, number>
      },
    })
  } finally {
    child.kill('SIGKILL')
  }
}
