import { PromqlError } from '@plimsoll/promql'
import { SloCheckError } from '../error.ts'
import type { PrometheusApi } from '../server/api.ts'
import { doubtsOf } from '../query/ask.ts'
import type { Ask } from './census.ts'

/** Asks a server, and keeps in mind why its answers may lack something. */
export interface CarefulAsk {
  readonly ask: Ask
  readonly doubts: ReadonlySet<string>
}

/** What is asked of every server; if one cannot tell, nothing can be judged by it. */
export function askOf(api: PrometheusApi): CarefulAsk {
  const doubts = new Set<string>()
  const ask: Ask = async (query, time) => {
    try {
      const answer = await api.query(query, time)
      for (const doubt of doubtsOf(answer)) doubts.add(doubt)
      return answer
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error
      throw new SloCheckError(
        'ERR_PLIMSOLL_QUERY_FAILED',
        `the server ${api.base} cannot evaluate the query \`${query}\`: ${error.message}`,
        { cause: error },
      )
    }
  }
  return { ask, doubts }
}
