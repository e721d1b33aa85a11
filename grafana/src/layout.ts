import { type Panel, RowBuilder, type RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Unplaced } from './panels/panel.ts'

/** A heading, and lines of panels below it; those of a line share its width and the height of the tallest. */
export interface Section {
  readonly title: string
  readonly lines: readonly (readonly Unplaced[])[]
}

/** Grafana's grid is this many columns wide. */
const GRID_WIDTH = 24

/** Gives every heading and panel its place and its id, from top to bottom. */
export function placed(sections: readonly Section[]): readonly (Panel | RowPanel)[] {
  const all: (Panel | RowPanel)[] = []
  let y = 0
  for (const { title, lines } of sections) {
    const place = { x: 0, y, w: GRID_WIDTH, h: 1 }
    all.push(
      new RowBuilder(title)
        .id(all.length + 1)
        .gridPos(place)
        .build(),
    )
    y += 1
    for (const line of lines) {
      const w = Math.floor(GRID_WIDTH / line.length)
      const h = Math.max(...line.map(({ height }) => height))
      for (const [at, { builder }] of line.entries()) {
        all.push(
          builder
            .id(all.length + 1)
            .gridPos({ x: at * w, y, w, h })
            .build(),
        )
      }
      y += h
    }
  }
  return all
}
