import { durationMs } from './durations.ts'

export type Expectation =
  | { readonly kind: 'ordered' | 'no_warn' | 'no_info' }
  | ExpectedMessage
  | { readonly kind: 'string'; readonly text: string }
  | {
      readonly kind: 'range'
      readonly fromMs: number
      readonly toMs: number
      readonly stepMs: number
    }

interface ExpectedMessage {
  readonly kind: 'fail' | 'warn' | 'info'
  readonly matches: (message: string) => boolean
  readonly text: string
}

/** Those of the expectations that say of a failure, warning or info what it must read like. */
export function messagesOf(
  expectations: readonly Expectation[],
  kind: ExpectedMessage['kind'],
): ExpectedMessage[] {
  return expectations.filter((one): one is ExpectedMessage => one.kind === kind)
}

export function readExpectation(text: string): Expectation {
  const [, kind = '', rest = ''] = /^expect\s+(\S+)\s*(.*)$/u.exec(text) ?? []
  switch (kind) {
    case 'ordered':
    case 'no_warn':
    case 'no_info':
      return { kind }
    case 'fail':
    case 'warn':
    case 'info':
      return { kind, text, matches: messageTest(rest) }
    case 'string':
      return { kind, text: unquoted(rest) }
    case 'range':
      return readRange(rest)
    default:
      throw new Error(`this runner has no "${text}"`)
  }
}

function messageTest(rest: string): (message: string) => boolean {
  if (rest === '') return () => true
  const [, how, wanted = ''] = /^(msg|regex):\s*(.*)$/u.exec(rest) ?? []
  if (how === 'msg') return (message) => message === unquoted(wanted)
  if (how === 'regex')
    return (message) => new RegExp(`^(?:${unquoted(wanted)})$`, 'u').test(message)
  throw new Error(`"${rest}" is neither "msg: …" nor "regex: …"`)
}

function readRange(rest: string): Expectation {
  const [, from, to, step] = /^vector from (\S+) to (\S+) step (\S+)$/u.exec(rest) ?? []
  if (from === undefined || to === undefined || step === undefined) {
    throw new Error(`"expect range ${rest}" is not "expect range vector from … to … step …"`)
  }
  return { kind: 'range', fromMs: durationMs(from), toMs: durationMs(to), stepMs: durationMs(step) }
}

function unquoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1)
  return text.startsWith('"') ? String(JSON.parse(text)) : text
}
