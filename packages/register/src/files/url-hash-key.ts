import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VARIABLES, set, type Environment } from '../environment.ts'
import { publishOnce } from './publish.ts'
import { makeHome } from './run-folder.ts'

/** 32 bytes in hex. */
const HEX = /^[0-9a-f]{64}$/iu

/**
 * The key of URL hashes: from `PLIMSOLL_URL_HASH_KEY`, else from the file `key` in `home`, which is made when it is not
 * there. It stays the same for an installation, so that hashes of different runs can be compared.
 *
 * @throws when the file cannot be made or read, or holds no key
 */
export function urlHashKey(env: Environment, home: string): Uint8Array {
  const given = set(env[VARIABLES.urlHashKey])
  // Hex where it is hex; any other text is a key as it stands.
  if (given !== undefined) return Buffer.from(given, HEX.test(given) ? 'hex' : 'utf8')
  const path = join(home, 'key')
  makeHome(home)
  // Two first runs at once must agree on one.
  if (!existsSync(path)) publishOnce(path, `${randomBytes(32).toString('hex')}\n`, 0o600)
  const text = readFileSync(path, 'utf8').trim()
  if (!HEX.test(text)) {
    throw new Error(`${path} holds no key of 64 hex digits; delete it, and a new one is made`)
  }
  return Buffer.from(text, 'hex')
}
