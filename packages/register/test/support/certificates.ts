import { fileURLToPath } from 'node:url'

const pem = (name: string): string =>
  fileURLToPath(new URL(`../../../slo-check/test/server/tls/${name}.pem`, import.meta.url))

/** PEM files of the tests: an authority, and a client and a server (`localhost`, `127.0.0.1`) that it signed. */
export const CERTIFICATES = {
  caFile: pem('ca'),
  certFile: pem('client'),
  keyFile: pem('client-key'),
  serverFile: pem('server'),
  serverKeyFile: pem('server-key'),
} as const
