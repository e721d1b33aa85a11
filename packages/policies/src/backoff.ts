/** How delays grow from retry to retry, or from opening to opening. */
export interface Growth {
  readonly baseMs: number
  readonly factor: number
  readonly maxMs: number
}

/** `base · factor^step`, at most `max`; also where the power overflows. */
export function grownMs({ baseMs, factor, maxMs }: Growth, step: number): number {
  // Nothing times an overflow would be no number.
  return baseMs === 0 ? 0 : Math.min(maxMs, baseMs * factor ** step)
}

/**
 * A number of `random`, in [0, 1] whatever it says: a source of chance that is out of range, NaN or throws must not break
 * a bound, nor the call; it counts as one half.
 */
export function chance(random: () => number): number {
  try {
    const drawn = random()
    return drawn >= 0 && drawn <= 1 ? drawn : 0.5
  } catch {
    return 0.5
  }
}
