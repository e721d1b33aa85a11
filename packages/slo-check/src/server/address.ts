import { SloCheckError } from '../error.ts'

/** Where a Prometheus-compatible API is. */
export interface ServerAddress {
  /** Without a slash at its end, and without a secret: fit to be shown. */
  readonly base: string
  readonly isEncrypted: boolean
  /** Nothing that is sent there leaves the machine. */
  readonly isLocal: boolean
}

const EXAMPLE = 'for example http://localhost:9090, or https://mimir.example/prometheus'

/**
 * Reads the address of a server. A path in front of `/api/v1` is kept.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_USAGE` when it is none, or holds a password: others would see it in the list of
 * processes and in logs.
 */
export function serverAddress(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw fault(`--prometheus needs an address that begins with http:// or https://, ${EXAMPLE}`)
  if (url.username !== '' || url.password !== '')
    throw fault(
      'the address of --prometheus holds a user name or password, where others can read it; leave it out, and give it in the environment as SLO_CHECK_BASIC_AUTH, or with --basic-auth USER:FILE',
    )
  if (url.search !== '' || url.hash !== '')
    throw fault(`the address of --prometheus ends with its path: leave out what follows ? or #`)
  const path = url.pathname.replace(/(?:\/api\/v1(?:\/query)?)?\/*$/u, '')
  return {
    base: url.origin + path,
    isEncrypted: url.protocol === 'https:',
    isLocal: /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(url.hostname),
  }
}

function fault(message: string): SloCheckError {
  return new SloCheckError('ERR_PLIMSOLL_USAGE', message)
}
