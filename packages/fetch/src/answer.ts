import type { Clock } from '@plimsoll/policies'
import type { Dispatcher } from 'undici'
import { listField } from './dispatch/options.ts'
import { parseRetryAfter } from './retry-after.ts'

/** How the answers of one way of asking are read: those of `fetch`, or those of undici's `request`. */
export interface Reading<Answer> {
  status(answer: Answer): number
  /** The value of a response field; several lines are one, joined by commas. */
  field(answer: Answer, name: string): string | undefined
  /** Lets go of the connection, or of what was received, of an answer that nobody will read. Never rejects. */
  giveUp(answer: Answer): Promise<void>
}

/** Milliseconds that an answer asks to wait before the next, where it does. */
export function askedWait<Answer>(
  reading: Reading<Answer>,
  answer: Answer,
  clock: Clock,
): number | undefined {
  const date = reading.field(answer, 'date')
  return parseRetryAfter(reading.field(answer, 'retry-after'), clock.epoch(), date)
}

export const FETCHED: Reading<Response> = {
  status: ({ status }) => status,
  field: ({ headers }, name) => headers.get(name) ?? undefined,
  async giveUp({ body }) {
    try {
      await body?.cancel()
    } catch {
      // It broke off by itself meanwhile, which comes to the same.
    }
  },
}

export type RequestAnswer = Dispatcher.ResponseData<unknown>

/** More than this is not read to save a connection. */
const MOST_DUMPED_BYTES = 128 * 1_024

export const REQUESTED: Reading<RequestAnswer> = {
  status: ({ statusCode }) => statusCode,
  field: ({ headers }, name) => {
    // With `responseHeaders: 'raw'` they are names and values in turn.
    if (!Array.isArray(headers)) return listField(headers, name)
    const list = headers as readonly string[]
    const values = list.filter(
      (_, index) => index % 2 === 1 && list[index - 1]?.toLowerCase() === name,
    )
    return values.length === 0 ? undefined : values.join(', ')
  },
  giveUp({ body }) {
    // Nobody waits for the rest: a body that never ends must not hold up the next attempt.
    body.dump({ limit: MOST_DUMPED_BYTES }).catch(() => {})
    return Promise.resolve()
  },
}
