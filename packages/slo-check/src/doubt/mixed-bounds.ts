import { samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'

/**
 * Instances may have boundaries of their own, for they are told apart. Where the label sets of one instance differ in
 * them, their sum holds at one bound what some of them have, and at the next what others do.
 *
 * @param buckets an expression that gives every bucket series
 */
export async function doubtMixedBounds(
  query: PreparedQuery,
  buckets: string,
  asker: Asker,
): Promise<void> {
  const answer = await asker.verify({
    written: query.query,
    sent: `stddev by (job, instance) (count by (job, instance, le) (${buckets})) > 0`,
    reading: 'instances whose histograms differ in their bounds; with none, the sums are exact',
  })
  if (answer === null || samplesOf(answer).length === 0) return
  asker.doubt(
    'histograms of one instance have different bounds, so that their sum is none; select one of them by its labels',
  )
}
