import type { ProfileFigure } from '../profile/profile-rows.ts'
import { rounded } from './figure.ts'
import { table } from './table.ts'

/** Packages with less than this in every column, in microseconds a call, share the last line. */
const WORTH_A_LINE = 0.3

/** Self time by package: a column a profile. */
export function profileTable(profiles: readonly ProfileFigure[]): string {
  const names = [...new Set(profiles.flatMap(({ shares }) => shares.map(({ name }) => name)))]
  const rows = names.map((name) => ({
    name,
    micros: profiles.map(({ shares }) => shares.find((share) => share.name === name)?.micros ?? 0),
  }))
  const worth = ({ micros }: { micros: readonly number[] }): boolean =>
    micros.some((each) => each >= WORTH_A_LINE)
  const sum = (of: typeof rows): number[] =>
    profiles.map((_, index) => of.reduce((total, { micros }) => total + (micros[index] ?? 0), 0))
  const shown = [
    ...rows.filter(worth),
    { name: 'all else', micros: sum(rows.filter((row) => !worth(row))) },
    { name: 'together', micros: sum(rows) },
  ]
  return table(shown, [
    { head: 'self time, µs a call', align: 'left', cell: ({ name }) => named(name) },
    ...profiles.map(({ title }, index) => ({
      head: title,
      cell: ({ micros }: { micros: readonly number[] }) => rounded(micros[index] ?? 0),
    })),
  ])
}

const named = (name: string): string => (name.startsWith('@plimsoll/') ? `**${name}**` : name)
