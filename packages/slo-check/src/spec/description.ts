import { isAlias, isMap, isScalar, isSeq } from 'yaml'

/** What a node is, as a fault tells it: `the text "0.9"`, `a list`. */
export function describe(node: unknown): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (isAlias(node)) return 'an alias of nothing'
  if (!isScalar(node) || node.value === null) return 'nothing'
  if (typeof node.value === 'string') return `the text ${JSON.stringify(abbreviated(node.value))}`
  return typeof node.value === 'number' || typeof node.value === 'boolean'
    ? `the ${typeof node.value} ${String(node.value)}`
    : 'a value of another type'
}

/** Text of at most 60 characters. */
export function abbreviated(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 59)}…`
}
