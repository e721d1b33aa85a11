import type { Signal } from '@plimsoll/semconv'

/** What an item of a signal is called in a message. */
const ITEMS = { logs: 'event', traces: 'span', metrics: 'data point' } as const

/** `3 events, 1 span`, of what there is; empty when there is nothing. */
export function inItems(count: (signal: Signal) => number): string {
  return (['logs', 'traces', 'metrics'] as const)
    .map((signal) => ({ items: count(signal), word: ITEMS[signal] }))
    .filter(({ items }) => items > 0)
    .map(({ items, word }) => `${items} ${word}${items === 1 ? '' : 's'}`)
    .join(', ')
}
