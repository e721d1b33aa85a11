import { parseArgs } from 'node:util'
import { needsPeers, ROWS, type Row } from './calls/rows.ts'

/** What a run is made of. */
export const SECTIONS = ['calls', 'parts', 'start', 'profile'] as const
type Section = (typeof SECTIONS)[number]

/** What `npm run bench -- …` asks for. */
export interface BenchOptions {
  /** Seconds in place of minutes: proves that everything runs; the figures mean nothing. */
  readonly quick: boolean
  /** Without what needs an installation of its own. */
  readonly own: boolean
  readonly turns: number
  readonly rows: readonly Row[]
  readonly sections: readonly Section[]
  /** A file for the report as JSON. */
  readonly json: string | undefined
}

const FULL_TURNS = 5

/** @throws Error that names the option which is wrong, and what it may be. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      own: { type: 'boolean', default: false },
      turns: { type: 'string' },
      rows: { type: 'string' },
      sections: { type: 'string' },
      json: { type: 'string' },
    },
  })
  const { quick, own, json } = values
  const possible = ROWS.filter((row) => !own || !needsPeers(row))
  const ids = possible.map(({ id }) => id)
  const rows = chosen('--rows', values.rows, ids)
  return {
    quick,
    own,
    json,
    turns: turnsOf(values.turns, quick ? 1 : FULL_TURNS),
    rows: possible.filter(({ id }) => rows.includes(id)),
    sections: chosen('--sections', values.sections, SECTIONS),
  }
}

function turnsOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const turns = Number(text)
  if (Number.isInteger(turns) && turns >= 1 && turns <= 100) return turns
  throw new Error(`--turns must be a whole number from 1 to 100, got ${text}`)
}

/** All of `possible` where nothing is named. */
function chosen<Name extends string>(
  option: string,
  text: string | undefined,
  possible: readonly Name[],
): readonly Name[] {
  if (text === undefined) return possible
  const names = text.split(',')
  const unknown = names.filter((name) => !possible.some((each) => each === name))
  if (unknown.length === 0) return possible.filter((each) => names.includes(each))
  throw new Error(`${option}: there is no ${unknown.join(', ')}, there is ${possible.join(', ')}`)
}
