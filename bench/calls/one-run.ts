import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PRELOAD, runNode } from '../node-process.ts'
import { inScratch } from '../scratch.ts'
import type { Length } from './load.ts'
import type { Measured, Outcome, Plan } from './program.ts'
import type { Row } from './rows.ts'
import type { Origin } from './serve.ts'
import type { Seen } from './variant.ts'
import { written } from './written.ts'

export interface Times {
  readonly atOnce: readonly number[]
  /** By calls more than by time: what the compiler has made of the code shows in CPU and in bytes. */
  readonly warmUp: Length
  readonly measure: Length
  /** How often whatever works in the background does so. */
  readonly flushMs: number
}

/** Where a row is measured. */
export interface Surroundings {
  readonly origin: Origin
  readonly times: Times
  /** What stands after `-r`. @default the preload as a program would name it */
  readonly preload?: string
  /** Hears the CPU profile of the measured calls as JSON. */
  readonly profile?: (profile: string) => void
}

const PROFILE = 'calls.cpuprofile'
const PROGRAM = join(import.meta.dirname, 'program.ts')

let runs = 0

/**
 * Measures a row in a process of its own.
 *
 * @throws Error when the process fails, when the origin counted other calls than it says that it made, or when its
 *   telemetry did not see them all: a row that does not do what it says is not worth its figures.
 */
export async function measure(
  row: Row,
  { origin, times, preload = PRELOAD, profile }: Surroundings,
): Promise<readonly Measured[]> {
  runs += 1
  const caller = `${row.id}-${runs}`
  const plan: Plan = {
    file: row.file,
    base: `${origin.url}/${caller}`,
    settleMs: times.flushMs * 1.2,
    ...(profile === undefined ? {} : { profile: PROFILE }),
    ...times,
  }
  return inScratch(async (folder) => {
    if (row.preload?.fetch !== undefined) {
      const config = JSON.stringify({ fetch: row.preload.fetch })
      writeFileSync(join(folder, 'plimsoll.config.json'), config)
    }
    const { stdout } = await runNode({
      args: [...(row.preload === undefined ? [] : ['-r', preload]), PROGRAM, JSON.stringify(plan)],
      cwd: folder,
      env: environmentOf(row, times),
      withinMs: 60_000 + times.warmUp.atMostMs + times.atOnce.length * times.measure.atMostMs,
    })
    const { calls, measured, seen } = JSON.parse(
      stdout.trimEnd().split('\n').at(-1) ?? '',
    ) as Outcome
    const counted = (await origin.ledger())[caller] ?? 0
    if (counted !== calls) {
      throw new Error(`${row.id}: ${calls} calls made, but the origin counted ${counted}`)
    }
    profile?.(readFileSync(join(folder, PROFILE), 'utf8'))
    checkSeen(row, calls, row.preload === undefined ? seen : written(folder))
    return measured
  })
}

function environmentOf({ preload }: Row, { flushMs }: Times): Readonly<Record<string, string>> {
  if (preload === undefined) return {}
  return {
    PLIMSOLL_INTERVAL_MS: String(flushMs),
    PLIMSOLL_LOG: 'warn',
    PLIMSOLL_STRICT: '1',
    ...(preload.events ? {} : { OTEL_LOGS_EXPORTER: 'none' }),
    ...(preload.spans === 'none' ? { OTEL_TRACES_EXPORTER: 'none' } : {}),
    ...(preload.spans === 'sampled out' ? { OTEL_TRACES_SAMPLER: 'always_off' } : {}),
  }
}

/** A call and its one attempt are a span each. */
const SPANS_PER_CALL = 2

function checkSeen({ id, preload }: Row, calls: number, seen: Seen | undefined): void {
  if (seen === undefined) return
  const expected: Seen =
    preload === undefined
      ? { metrics: calls }
      : {
          metrics: calls,
          events: preload.events ? calls : 0,
          spans: preload.spans === 'sampled' ? calls * SPANS_PER_CALL : 0,
        }
  const wrong = Object.entries(expected)
    .map(([kind, count]) => ({ kind: kind as keyof Seen, count: count as number }))
    .filter(({ kind, count }) => seen[kind] !== count)
    .map(({ kind, count }) => `${kind}: ${seen[kind]} in place of ${count}`)
  if (wrong.length > 0)
    throw new Error(`${id}: its telemetry did not see its calls: ${wrong.join()}`)
}
