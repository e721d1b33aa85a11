import { readFileSync } from 'node:fs'
import type { Endpoint } from './thread-data.ts'

/** Options of TLS: whom an endpoint is trusted by, and who we are to it. */
export interface Certificates {
  readonly ca: Buffer | undefined
  readonly cert: Buffer | undefined
  readonly key: Buffer | undefined
}

/** Reads the files of an endpoint; those that cannot be read were left out when the settings were. */
export function certificatesOf({ caFile, certFile, keyFile }: Endpoint): Certificates {
  const pem = (path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readFileSync(path)
  return { ca: pem(caFile), cert: pem(certFile), key: pem(keyFile) }
}
