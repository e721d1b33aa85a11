import { PromqlError } from '@plimsoll/promql'
import { SloCheckError, messageOf } from '../error.ts'

/** What to print for an error, ready for stderr. A stack is for those who debug. */
export function failureText(error: unknown, debug: boolean): string {
  const lines = [...headOf(error), ...(debug ? [stackOf(error)] : [])]
  return `${lines.join('\n')}\n`
}

function headOf(error: unknown): string[] {
  if (error instanceof SloCheckError) {
    const [first = '', ...rest] = error.message.split('\n')
    return [
      `slo-check: ${first} [${error.code}]`,
      ...rest,
      ...error.issues.map(
        ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
      ),
    ]
  }
  const engine = error instanceof PromqlError
  const code = engine ? 'ERR_PLIMSOLL_ENGINE' : 'ERR_PLIMSOLL_INTERNAL'
  const whose = engine ? 'the PromQL engine failed' : 'a fault of slo-check itself'
  return [
    `slo-check: ${whose}: ${messageOf(error)} [${code}]`,
    'There is no verdict. Please report this with the output of the same command and --debug.',
  ]
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
