import { PromqlError } from '@plimsoll/promql'
import { SloCheckError } from '../error.ts'
import type { PrometheusApi } from '../server/api.ts'
import type { Ask } from './census.ts'

/** What is asked of every server; if one cannot tell, nothing can be judged by it. */
export function askOf(api: PrometheusApi): Ask {
  return async (query, time) => {
    try {
      return await api.query(query, time)
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error
      throw new SloCheckError(
        'ERR_PLIMSOLL_QUERY_FAILED',
        `the server ${api.base} cannot evaluate the query \`${query}\`: ${error.message}`,
        { cause: error },
      )
    }
  }
}
