import { createRequire } from 'node:module'
import { startOrigin } from '../support/origin.ts'
import { programFolder, type AtEnd } from '../support/program.ts'
import { accountOf, type Account } from './account.ts'
import type { PlaceKind } from './places.ts'
import { PROGRAM, type End } from './programs.ts'
import { runProgram, type Ran } from './run-program.ts'

/** A program that ran with its telemetry going to a place. */
export interface RanAt {
  readonly ran: Ran
  readonly account: Account
}

/** The API of OpenTelemetry that the preload registers with. */
const API = createRequire(import.meta.url).resolve('@opentelemetry/api')

/** Without the preload. */
export async function runAlone(end: End, atEnd: AtEnd): Promise<Ran> {
  return runProgram({ ...(await surroundings(atEnd)), end, preload: false })
}

export async function runAt(kind: PlaceKind, end: End, atEnd: AtEnd): Promise<RanAt> {
  const { folder, env } = await surroundings(atEnd)
  const { limit, arrived, env: ofPlace } = await kind.open(atEnd)
  // Nothing is written between begin and end, so that the end has all of it to save.
  const withPlace = { ...env, PLIMSOLL_INTERVAL_MS: '600000', ...ofPlace }
  const ran = await runProgram({ folder, env: withPlace, end, preload: true, limit })
  return { ran, account: accountOf(end.members, arrived(folder), ran.stderr) }
}

async function surroundings(atEnd: AtEnd) {
  const origin = await startOrigin(undefined, atEnd)
  return { folder: programFolder({ 'app.cjs': PROGRAM }, atEnd), env: { ORIGIN: origin.url, API } }
}
