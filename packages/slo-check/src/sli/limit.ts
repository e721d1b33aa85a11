import { countEvents } from '../count/events.ts'
import { singleValue } from '../count/single-value.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { measuredExactly, unmeasured, type Measurement } from './measurement.ts'
import { unitOf } from '../units.ts'

/** The one value of a query. */
export async function measureThreshold(query: PreparedQuery, asker: Asker): Promise<Measurement> {
  const counted = await singleValue(query, asker)
  if (counted.state !== 'value') return unmeasured(counted)
  const { value, counting } = counted
  const detail = `the query gives ${value}`
  return measuredExactly(value, { good: null, total: null, counting, unit: null, detail })
}

/** The number of events in the run. */
export async function measureCount(query: PreparedQuery, asker: Asker): Promise<Measurement> {
  const counted = await countEvents(query, asker)
  if (counted.state !== 'value') return unmeasured(counted)
  const { value, counting } = counted
  return measuredExactly(value, {
    good: null,
    total: value,
    counting,
    unit: countedUnit(query),
    detail: `${value} counted`,
  })
}

/** Events a second, from the start of the run to its end. */
export async function measureRate(query: PreparedQuery, asker: Asker): Promise<Measurement> {
  const counted = await countEvents(query, asker)
  if (counted.state !== 'value') return unmeasured(counted)
  const { value: total, counting } = counted
  const { start, end } = asker.source.scope
  const seconds = Number((end - start).toFixed(3))
  if (seconds <= 0) {
    return {
      state: 'nonsense',
      good: null,
      total,
      counting,
      reason: `the run has no duration (it starts at ${start} and ends at ${end}), so there is no rate`,
    }
  }
  return measuredExactly(total / seconds, {
    good: null,
    total,
    counting,
    unit: '1/s',
    detail: `${total} in ${seconds} s`,
  })
}

/** A histogram's unit is that of what it observes, not of how often. */
function countedUnit(query: PreparedQuery): string | null {
  const metric = query.parsed.bareSelector?.metric ?? null
  return metric === null || /_(bucket|count)$/u.test(metric) ? null : unitOf(metric)
}
