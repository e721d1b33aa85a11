import { countEvents } from '../count/events.ts'
import { singleValue } from '../count/single-value.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import type { RatioObjective, RawRatioObjective } from '../spec/model.ts'
import { measuredExactly, unmeasured, type Measurement } from './measurement.ts'

const SHARE = '1'

/** The share of good events among all: `good / total`, or `1 - bad / total`. */
export async function measureRatio(
  objective: RatioObjective,
  part: PreparedQuery,
  total: PreparedQuery,
  asker: Asker,
): Promise<Measurement> {
  const count = objective.counter ? countEvents : singleValue
  const all = await count(total, asker)
  if (all.state !== 'value') return unmeasured(all)
  const some = await count(part, asker)
  if (some.state !== 'value') return unmeasured(some, { total: all.value })
  const counting = all.counting === 'raw' || some.counting === 'raw' ? 'raw' : all.counting
  const good = objective.shape === 'good' ? some.value : all.value - some.value
  const counts = { good, total: all.value, counting } as const
  if (some.value < 0 || all.value < 0) {
    return {
      state: 'nonsense',
      ...counts,
      reason: `a count is negative: ${objective.shape} ${some.value}, total ${all.value}`,
    }
  }
  if (some.value > all.value) {
    return {
      state: 'nonsense',
      ...counts,
      reason: `the ratio is above 1: ${objective.shape} ${some.value}, total ${all.value}; the queries do not count the same events`,
    }
  }
  if (all.value === 0)
    return { state: 'no_data', ...counts, reason: 'there was no event: the total is 0' }
  return measuredExactly(good / all.value, {
    ...counts,
    unit: SHARE,
    detail: ratioDetail(good, all.value, objective.target),
  })
}

/** A share that a query gives by itself. */
export async function measureRawRatio(
  objective: RawRatioObjective,
  raw: PreparedQuery,
  asker: Asker,
): Promise<Measurement> {
  const counted = await singleValue(raw, asker)
  if (counted.state !== 'value') return unmeasured(counted)
  const { value, counting } = counted
  const counts = { good: null, total: null, counting }
  if (value < 0 || value > 1) {
    const fault = value > 1 ? 'the ratio is above 1' : 'the ratio is negative'
    return { state: 'nonsense', ...counts, reason: `${fault}: the query \`raw\` gives ${value}` }
  }
  // 1 - 0.02 is 0.98 only when rounded to the digits that a double holds of a decimal.
  const share = objective.rawType === 'success' ? value : Number((1 - value).toPrecision(15))
  const what = objective.rawType === 'success' ? 'good' : 'failed'
  return measuredExactly(share, {
    ...counts,
    unit: SHARE,
    detail: `the query gives a ${what} share of ${value}`,
  })
}

function ratioDetail(good: number, total: number, target: number): string {
  const missed = total - good
  const allowed = Math.floor(total * (1 - target) + 1e-9)
  return `${missed} of ${total} missed, the target allows ${allowed}`
}
