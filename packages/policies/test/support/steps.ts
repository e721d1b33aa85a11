import { expect } from 'vitest'

/** How many steps a property must have tried, all its runs together. */
const LEAST_STEPS = 10_000

/** `FUZZ=20 npx vitest run packages/policies` tries twenty times as much. */
const FACTOR = Number(process.env['FUZZ'] ?? 1)

/** Runs of up to `length` steps that make up the least number of steps; they are half as long in the mean, or less. */
export function runsOf(length: number): number {
  return Math.ceil((LEAST_STEPS / length) * 3.5 * FACTOR)
}

/** Counts steps, so that a property that generates too little fails. */
export function stepCounter(): { count(steps?: number): void; expectEnough(): void } {
  let total = 0
  return {
    count: (steps = 1) => {
      total += steps
    },
    expectEnough: () => expect(total).toBeGreaterThanOrEqual(LEAST_STEPS),
  }
}
