import { serverAddress, type ServerAddress } from '../server/address.ts'
import { durationMs } from './duration.ts'
import type { UsageFault } from './options.ts'

export const SERVER_OPTIONS = {
  prometheus: { type: 'string' },
  header: { type: 'string', multiple: true },
  'bearer-token-file': { type: 'string' },
  'basic-auth': { type: 'string' },
  tenant: { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  timeout: { type: 'string' },
  wait: { type: 'string' },
  lookback: { type: 'string' },
} as const

/** The server to ask, and how. */
export interface ServerArguments {
  readonly address: ServerAddress
  /** `Name: value`, or `@` and a file of such lines. */
  readonly headers: readonly string[]
  readonly bearerTokenFile: string | null
  readonly basicAuth: { readonly user: string; readonly file: string } | null
  readonly tenant: string | null
  /** Files in PEM. */
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly timeoutMs: number
  readonly waitMs: number
  readonly lookbackSeconds: number
}

type Values = {
  readonly [Name in keyof typeof SERVER_OPTIONS]?:
    | (Name extends 'header' ? string[] : string)
    | undefined
}

const DEFAULT_TIMEOUT = '30s'
const DEFAULT_WAIT = '30s'
const DEFAULT_LOOKBACK = '7d'

/**
 * Reads the options of a server; null when none is to be asked.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_USAGE`
 */
export function serverArguments(values: Values, usage: UsageFault): ServerArguments | null {
  if (values.prometheus === undefined) {
    for (const name of Object.keys(SERVER_OPTIONS))
      if (values[name as keyof Values] !== undefined)
        throw usage(`--${name} needs --prometheus URL`)
    return null
  }
  const timeoutMs = durationMs(values.timeout ?? DEFAULT_TIMEOUT, '--timeout', usage)
  const lookbackMs = durationMs(values.lookback ?? DEFAULT_LOOKBACK, '--lookback', usage)
  if (timeoutMs === 0) throw usage('--timeout must be longer than nothing')
  if (lookbackMs < 1000) throw usage('--lookback must be a second at least')
  return {
    address: serverAddress(values.prometheus),
    headers: values.header ?? [],
    bearerTokenFile: values['bearer-token-file'] ?? null,
    basicAuth: values['basic-auth'] === undefined ? null : userAndFile(values['basic-auth'], usage),
    tenant: values.tenant ?? null,
    ca: values.ca ?? null,
    cert: values.cert ?? null,
    key: values.key ?? null,
    timeoutMs,
    waitMs: durationMs(values.wait ?? DEFAULT_WAIT, '--wait', usage),
    lookbackSeconds: Math.ceil(lookbackMs / 1000),
  }
}

function userAndFile(text: string, usage: UsageFault): { user: string; file: string } {
  const [, user, file] = /^([^:]+):(.+)$/u.exec(text) ?? []
  if (user !== undefined && file !== undefined) return { user, file }
  throw usage('--basic-auth needs USER:FILE, where the file holds the password')
}
