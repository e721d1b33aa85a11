const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** A span of whole seconds for people, as Prometheus writes durations: `1h30m`. */
export function spanText(seconds: number): string {
  let rest = Math.round(seconds)
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? [] : [`${count}${unit}`]
  })
  return parts.join('') || '0s'
}

/** The Prometheus duration of a number of whole seconds, in its largest whole unit: 7200 is `2h`. */
export function ruleDuration(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds % length === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}

/** A number of seconds in one unit, for people: `2.1d`. */
export function lasting(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= 2 * length) ?? ['s', 1]
  return `${Number((seconds / size).toPrecision(2))}${unit}`
}
