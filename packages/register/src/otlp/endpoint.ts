import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Signal } from '@plimsoll/semconv'
import { milliseconds, set, type Environment } from '../environment.ts'
import { inWords } from '../messages.ts'
import { readHeaders } from './headers.ts'
import type { Endpoint } from './thread-data.ts'

const DEFAULT_HTTP = 'http://localhost:4318'
/** Defaults of the specification, "OpenTelemetry Protocol Exporter". */
const DEFAULT_TIMEOUT_MS = 10_000
const MAX_TIMEOUT_MS = 3_600_000

/** A variable with the name that it was found under: the form for one signal goes before the general one. */
export interface Found {
  readonly name: string
  readonly value: string
  readonly own: boolean
}

export function find(signal: Signal, what: string, env: Environment): Found | undefined {
  const names = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`, `OTEL_EXPORTER_OTLP_${what}`]
  for (const [index, name] of names.entries()) {
    const value = set(env[name])
    if (value !== undefined) return { name, value, own: index === 0 }
  }
  return undefined
}

/** Where and how one signal is pushed; undefined when the address cannot be used, which `problems` tells. */
export function endpointOf(
  signal: Signal,
  env: Environment,
  problems: string[],
): Endpoint | undefined {
  const address = find(signal, 'ENDPOINT', env)
  const url = httpUrl(signal, address)
  if (url === undefined) {
    problems.push(
      `${address?.name ?? ''} is no http or https URL; ${address?.own ? `${signal} go` : 'telemetry goes'} to files`,
    )
    return undefined
  }
  const headers = find(signal, 'HEADERS', env)
  const timeout = find(signal, 'TIMEOUT', env)
  return {
    url,
    headers: headers === undefined ? {} : readHeaders(headers, problems),
    timeoutMs:
      (timeout && milliseconds(env, timeout.name, [1, MAX_TIMEOUT_MS], problems)) ??
      DEFAULT_TIMEOUT_MS,
    gzip: isGzip(find(signal, 'COMPRESSION', env), problems),
    ...certificates(signal, url.startsWith('https:'), env, problems),
  }
}

/** The general endpoint is a base, one of a signal is used as it is. */
function httpUrl(signal: Signal, given: Found | undefined): string | undefined {
  const url = URL.parse(given?.value ?? DEFAULT_HTTP)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  if (given?.own !== true) url.pathname = `${url.pathname.replace(/\/$/u, '')}/v1/${signal}`
  return url.href
}

function isGzip(compression: Found | undefined, problems: string[]): boolean {
  const asked = compression?.value.toLowerCase() ?? 'none'
  if (asked !== 'gzip' && asked !== 'none') {
    problems.push(`${compression?.name}=${asked} is neither gzip nor none; none is used`)
  }
  return asked === 'gzip'
}

const PEM_FILES = {
  caFile: 'CERTIFICATE',
  certFile: 'CLIENT_CERTIFICATE',
  keyFile: 'CLIENT_KEY',
} as const

/** Paths of PEM files. One that cannot be read is left out: a server that wants it refuses, and is not trusted the more. */
function certificates(
  signal: Signal,
  secure: boolean,
  env: Environment,
  problems: string[],
): Pick<Endpoint, keyof typeof PEM_FILES> {
  const files: { -readonly [Key in keyof typeof PEM_FILES]?: string } = {}
  for (const [key, what] of Object.entries(PEM_FILES) as [keyof typeof PEM_FILES, string][]) {
    const found = find(signal, what, env)
    if (found === undefined) continue
    if (!secure)
      problems.push(`${found.name} has no effect: the endpoint of ${signal} is not https`)
    else if (isPem(key, found, problems)) files[key] = found.value
  }
  if ((files.certFile === undefined) !== (files.keyFile === undefined)) {
    problems.push(
      `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY need each other; ${signal} are sent without`,
    )
    delete files.certFile
    delete files.keyFile
  }
  return files
}

function isPem(key: keyof typeof PEM_FILES, { name, value }: Found, problems: string[]): boolean {
  try {
    const parse = key === 'keyFile' ? createPrivateKey : certificateOf
    parse(readFileSync(value))
    return true
  } catch (error) {
    problems.push(`${name}=${value} cannot be used and is left out: ${inWords(error)}`)
    return false
  }
}

function certificateOf(pem: Buffer): X509Certificate {
  return new X509Certificate(pem)
}
