import type { PanelFile } from '../dashboard-files.ts'
import type { Rule } from './rule.ts'

const GRID_WIDTH = 24

/** Rules about ids, places and links of a whole dashboard. */
export const LAYOUT_RULES: readonly Rule[] = [
  {
    name: 'ids-unique',
    faults: ({ uid, panels }) => {
      const ids = panels.map(({ id }) => String(id))
      const letters = panels.map(({ targets = [] }) => targets.map(({ refId }) => refId))
      return [ids, ...letters].every((list) => new Set(list).size === list.length)
        ? []
        : [`${uid}: ids of panels, and letters of queries in a panel, must differ`]
    },
  },
  {
    name: 'titles-unique',
    faults: ({ uid, panels }) => {
      const names = panels.map(({ title, type }) => `${title} (${type})`)
      return names
        .filter((name, at) => names.indexOf(name) !== at)
        .map((name) => `${uid}: two panels are called ${name}`)
    },
  },
  {
    name: 'no-overlap',
    faults: ({ uid, panels }) => [
      ...panels
        .filter(({ gridPos: { x, w } }) => x + w > GRID_WIDTH)
        .map(({ title }) => `${uid} / ${title}: reaches beyond the grid`),
      ...panels.flatMap((one, at) =>
        panels
          .slice(at + 1)
          .filter((other) => overlap(one, other))
          .map((other) => `${uid}: ${one.title} and ${other.title} overlap`),
      ),
    ],
  },
  {
    name: 'dashboard-links',
    faults: ({ uid, tags, links }) =>
      links.some(
        ({ type, includeVars, keepTime, ...link }) =>
          type === 'dashboards' &&
          includeVars &&
          keepTime &&
          !('placement' in link) &&
          link.tags.every((tag) => tags.includes(tag)),
      )
        ? []
        : [`${uid}: must link to the others, with variables and time range`],
  },
]

function overlap({ gridPos: a }: PanelFile, { gridPos: b }: PanelFile): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
