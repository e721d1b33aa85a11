import { PromqlError, type InstantResult } from '@plimsoll/promql'
import type { Source } from '../source/source.ts'
import type { Objective, SpecQuery } from '../spec/model.ts'

/** One query as it was asked, for `--explain`. */
export interface Step {
  readonly slo: string
  readonly objective: string
  /** The query of the spec that this one serves. */
  readonly written: SpecQuery
  readonly sent: string
  /** How the answer is read. */
  readonly reading: string
  readonly answer: InstantResult | { readonly error: string }
}

/** A query with the sentence that says how its answer is read. */
interface Asked {
  readonly written: SpecQuery
  readonly sent: string
  readonly reading: string
}

/** What is told while an objective is measured. */
export interface Listener {
  step(step: Step): void
  /** What is odd about the data and changes no verdict. */
  warn(message: string): void
  /** Why the number may be wrong: then it decides nothing. */
  doubt(reason: string): void
}

/** Asks the source on behalf of one objective, and reports each step. */
export interface Asker extends Pick<Listener, 'warn' | 'doubt'> {
  readonly source: Source
  /** Gives the answer, or the engine's words when the query cannot be evaluated on these data. */
  ask(asked: Asked): Promise<InstantResult | { readonly error: string }>
  /** Asks whether a number is sound. Where that cannot be told, the number is in doubt, and the answer is null. */
  verify(asked: Asked): Promise<InstantResult | null>
}

export function createAsker(source: Source, objective: Objective, listener: Listener): Asker {
  const head = { slo: objective.slo, objective: objective.objective }
  const doubt = (reason: string): void => {
    listener.doubt(reason)
  }
  const ask: Asker['ask'] = async (asked) => {
    const answer = await answerOf(source, asked.sent)
    listener.step({ ...head, ...asked, answer })
    if (!('error' in answer)) for (const reason of doubtsOf(answer)) doubt(reason)
    return answer
  }
  return {
    source,
    doubt,
    ask,
    warn: (message) => {
      listener.warn(`${objective.slo}: ${message}`)
    },
    async verify(asked) {
      const answer = await ask(asked)
      if (!('error' in answer)) return answer
      doubt(`the answer to a query that must be known for it is missing (${answer.error})`)
      return null
    },
  }
}

/** About what a rate over the answer would take for restarts: the answer itself is right. */
const HARMLESS = /conflicting counter resets/u
/** Where in a query, that nobody has before them. */
const POSITION = / \(\d+:\d+\)$/u

/** Something was left out: series that do not go together, or in a store of several parts those of one that is away. */
export function doubtsOf({ warnings }: InstantResult): string[] {
  return warnings
    .filter((warning) => !HARMLESS.test(warning))
    .map((warning) => `the answer came with the warning "${warning.replace(POSITION, '')}"`)
}

async function answerOf(source: Source, query: string): Promise<InstantResult | { error: string }> {
  try {
    return await source.instant(query)
  } catch (error) {
    // An engine that failed says nothing about the data: that is no answer but a fault.
    if (error instanceof PromqlError && error.kind !== 'engine') return { error: error.message }
    throw error
  }
}
