import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { askPrometheus } from '../fixtures/ask-prometheus.ts'

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

/** The series that a query gives now. */
export async function ask(prometheus: string, query: string): Promise<readonly Sample[]> {
  return (await askPrometheus(prometheus, query)).result as readonly Sample[]
}

/** A metric of an exposition, summed over its series; undefined when it is not there. */
export async function exposed(url: string, metric: string): Promise<number | undefined> {
  const text = await (await fetch(url)).text()
  const found = text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
  if (found.length === 0) return undefined
  return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** Asks until an answer is there, and fails with the last one. */
export async function eventually<T>(
  look: () => Promise<T>,
  good: (seen: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (good(seen)) return seen
    if (performance.now() > deadline) {
      throw new Error(`not within ${withinMs} ms; the last: ${JSON.stringify(seen)}`)
    }
    await delay(100)
  }
}

/** The lines of a file that the Collector writes. */
export function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean)
}
