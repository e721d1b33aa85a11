import { readFileSync } from 'node:fs'
import { fileFault } from '../file-fault.ts'
import type { Credentials } from '../server/api.ts'
import type { ServerArguments } from './server-arguments.ts'
import type { UsageFault } from './options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment may hold in place of options. */
const BEARER_VARIABLE = 'SLO_CHECK_BEARER_TOKEN'
const BASIC_VARIABLE = 'SLO_CHECK_BASIC_AUTH'

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/u
/** Headers that belong to the exchange itself. */
const RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
])

/**
 * Gathers what a server wants to know of who asks: from options, the files that they name, and the environment.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_USAGE`, or `ERR_PLIMSOLL_FILE_UNREADABLE`; never with a secret in the message.
 */
export function readCredentials(
  given: ServerArguments,
  env: Environment,
  usage: UsageFault,
): Credentials {
  const headers: Record<string, string> = {}
  const named: string[] = []
  const secrets: string[] = []
  const put = (name: string, value: string, what: string): void => {
    if (Object.hasOwn(headers, name)) throw usage(`the header ${name} is given twice (${what})`)
    headers[name] = value
    named.push(what)
    secrets.push(value)
  }
  for (const line of given.headers.flatMap(headerLines)) {
    const { name, value } = headerOf(line, usage)
    put(name, value, `header ${name}`)
  }
  if (given.tenant !== null) headers['x-scope-orgid'] = checked(given.tenant, '--tenant', usage)
  const authorization = authorizationOf(given, env, usage)
  if (authorization !== null) {
    const { scheme, secret, what } = authorization
    secrets.push(secret)
    put('authorization', `${scheme} ${secret}`, what)
  }
  const client = clientOf(given, usage)
  if (client !== null) named.push('client certificate')
  return {
    headers,
    named: named.length === 0 ? null : named.join(', '),
    // Short ones would black out half of each message.
    secrets: secrets.filter((secret) => secret.length >= 4),
    certificates: {
      ca: given.ca === null ? null : pem(given.ca, 'CERTIFICATE', '--ca', usage),
      client,
    },
  }
}

interface Authorization {
  readonly scheme: 'Bearer' | 'Basic'
  readonly secret: string
  readonly what: string
}

/** Options are nearer than the environment. */
function authorizationOf(
  given: ServerArguments,
  env: Environment,
  usage: UsageFault,
): Authorization | null {
  const { bearerTokenFile, basicAuth } = given
  if (bearerTokenFile !== null && basicAuth !== null)
    throw usage('--bearer-token-file and --basic-auth exclude each other')
  if (bearerTokenFile !== null)
    return bearer(secretIn(bearerTokenFile), '--bearer-token-file', usage)
  if (basicAuth !== null) {
    const { user, file } = basicAuth
    return basic(`${user}:${secretIn(file)}`, usage)
  }
  const token = env[BEARER_VARIABLE] ?? ''
  const pair = env[BASIC_VARIABLE] ?? ''
  if (token !== '' && pair !== '')
    throw usage(`${BEARER_VARIABLE} and ${BASIC_VARIABLE} exclude each other: unset one of them`)
  if (token !== '') return bearer(token, BEARER_VARIABLE, usage)
  if (pair === '') return null
  if (!pair.includes(':')) throw usage(`${BASIC_VARIABLE} must be USER:PASSWORD; it has no colon`)
  return basic(pair, usage)
}

function bearer(token: string, where: string, usage: UsageFault): Authorization {
  if (!/^[\x21-\x7e]+$/u.test(token))
    throw usage(
      `the bearer token of ${where} is empty, or has spaces or other characters that none has`,
    )
  return { scheme: 'Bearer', secret: token, what: 'bearer token' }
}

function basic(pair: string, usage: UsageFault): Authorization {
  if (/\p{Cc}/u.test(pair))
    throw usage('the user name or password of basic authentication has a control character')
  return {
    scheme: 'Basic',
    secret: Buffer.from(pair).toString('base64'),
    what: 'user name and password',
  }
}

/** `@file` holds one header a line, so that secrets stay out of the list of processes. */
function headerLines(given: string): string[] {
  if (!given.startsWith('@')) return [given]
  return textOf(given.slice(1), 'the headers')
    .split(/\r?\n/u)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

function headerOf(line: string, usage: UsageFault): { name: string; value: string } {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
  if (!TOKEN.test(name))
    throw usage("--header needs 'Name: value', or @FILE with one such line for each header")
  if (RESERVED.has(name)) throw usage(`the header ${name} cannot be set`)
  return { name, value: checked(line.slice(colon + 1).trim(), `the header ${name}`, usage) }
}

/** Node refuses other characters, and says them. */
function checked(value: string, what: string, usage: UsageFault): string {
  if (/^[\x20-\x7e\x80-\xff]+$/u.test(value)) return value
  throw usage(`${what} is empty, or has characters that a header cannot have`)
}

function clientOf(
  { cert, key }: ServerArguments,
  usage: UsageFault,
): Credentials['certificates']['client'] {
  if (cert === null && key === null) return null
  if (cert === null || key === null)
    throw usage(
      `--${cert === null ? 'key' : 'cert'} needs --${cert === null ? 'cert' : 'key'} beside it`,
    )
  return {
    cert: pem(cert, 'CERTIFICATE', '--cert', usage),
    key: pem(key, 'PRIVATE KEY', '--key', usage),
  }
}

function pem(file: string, what: string, option: string, usage: UsageFault): string {
  const text = textOf(file, option)
  if (text.includes(`${what}-----`)) return text
  throw usage(`${option} ${file} holds no ${what} in PEM`)
}

function secretIn(file: string): string {
  return textOf(file, 'the secret').replace(/\r?\n$/u, '')
}

function textOf(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw fileFault(`read ${what} from ${file}`, error)
  }
}
