import { messageOf } from '../error.ts'
import type { Reply } from './transport.ts'

/** What there is to know for a sentence about a server that did not answer. */
export interface Asked {
  /** The server's address. */
  readonly base: string
  /** Which credentials were sent, in words; null for none. */
  readonly credentials: string | null
}

/** Why there was no reply, and what to do. `again`: it may be better soon. */
export interface Trouble {
  readonly message: string
  readonly again: boolean
}

const UNKNOWN_AUTHORITY =
  'its certificate is signed by an authority that is not known here: give the certificate of the authority with --ca FILE'

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is the server running, and is this its address and port?',
  ENOTFOUND: 'no host has this name: is it spelled right?',
  EAI_AGAIN: 'the name of the host could not be looked up: is there a network?',
  ECONNRESET: 'it closed the connection before it answered',
  EPIPE: 'it closed the connection before it answered',
  ETIMEDOUT: 'the host does not answer: is a firewall or VPN in between?',
  EHOSTUNREACH: 'there is no way to the host: is a firewall or VPN in between?',
  ENETUNREACH: 'there is no way to the host: is there a network?',
}

const TLS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'its certificate has expired: it must be renewed (or the clock here is wrong)',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock here right?',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another host: ask it by the name that stands in its certificate',
}

/** What OpenSSL says: as a code, or in a sentence after `EPROTO`. */
const NO_TLS = /wrong.version.number|packet.length.too.long/iu
const CLIENT_CERTIFICATE = /certificate.required|bad.certificate|unknown.ca\b|handshake.failure/iu

/** Of an exchange that gave no reply. */
export function networkTrouble(error: unknown): Trouble {
  const code = codeOf(error)
  const tls =
    TLS[code] ?? (/^(?:EPROTO$|ERR_SSL_|ERR_OSSL_)/u.test(code) ? tlsTrouble(error) : null)
  if (tls !== null) return { message: `${tls} (${code})`, again: false }
  const known = NETWORK[code]
  return { message: known === undefined ? messageOf(error) : `${known} (${code})`, again: true }
}

function tlsTrouble(error: unknown): string {
  const said = `${codeOf(error)} ${messageOf(error)}`
  if (NO_TLS.test(said)) return 'it does not speak TLS at this port: write http:// in its address'
  if (CLIENT_CERTIFICATE.test(said))
    return 'it does not accept the certificate of this side, or asks for one: give it with --cert FILE and --key FILE'
  return `TLS could not be agreed on: ${said.trim().replaceAll(/\s+/gu, ' ')}`
}

/** Of a reply that is no answer of Prometheus. */
export function replyTrouble(reply: Reply, { base, credentials }: Asked): Trouble {
  const { status, headers, body } = reply
  const again = [429, 502, 503, 504].includes(status)
  const told = (message: string): Trouble => ({ message, again })
  if (status === 401 || status === 403) {
    const why =
      credentials === null
        ? 'it wants credentials: give them in the environment as SLO_CHECK_BEARER_TOKEN or SLO_CHECK_BASIC_AUTH, or with --bearer-token-file, --basic-auth, --header, --tenant'
        : `it does not accept the credentials (${credentials})`
    return told(`${why} (HTTP ${status}${quotation(body)})`)
  }
  if (status >= 300 && status < 400)
    return told(`${redirection(base, headers.location)} (HTTP ${status})`)
  if (status === 404) {
    return told(
      `it has no PromQL API at this address: is it a Prometheus? Its API may stand under a path, such as ${base}/prometheus (HTTP 404)`,
    )
  }
  if (status === 400 && body.includes('HTTP request to an HTTPS server'))
    return told('it speaks TLS at this port: write https:// in its address')
  if (isPage(reply))
    return told(
      `it answers with a web page, not with JSON: is that a login page, or another program's port? (HTTP ${status})`,
    )
  if (status === 200) return told(`its answer is not one of Prometheus's API${quotation(body)}`)
  const more = status === 429 ? ': it is asked too often' : ''
  return told(`it answers with HTTP ${status}${more}${quotation(body)}`)
}

/** Where it points to, without what may be a secret. */
function redirection(base: string, location: string | undefined): string {
  const target =
    location !== undefined && URL.canParse(location, base) ? new URL(location, base) : null
  if (target === null) return 'it redirects, and does not say where to'
  const isUpgrade = target.origin === new URL(base).origin.replace(/^http:/u, 'https:')
  const advice =
    isUpgrade && base.startsWith('http:')
      ? 'write https:// in its address'
      : 'is that a login page? Then it wants credentials; otherwise give that address'
  return `it redirects to ${target.origin}${target.pathname}: ${advice}`
}

function isPage({ headers, body }: Reply): boolean {
  return (headers['content-type'] ?? '').includes('html') || /^\s*<(?:!doctype|html)/iu.test(body)
}

/** The beginning of a text that some program wrote for people. */
function quotation(body: string): string {
  const text = body.replaceAll(/\s+/gu, ' ').trim()
  if (text === '' || text.startsWith('<')) return ''
  return `: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
