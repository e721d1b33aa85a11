import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Signal } from '@plimsoll/semconv'
import { milliseconds, set, type Environment } from '../environment.ts'
import { inWords } from '../messages.ts'
import { readHeaders } from './headers.ts'
import { addressOf } from './address.ts'
import type { Endpoint, Protocol } from './thread-data.ts'

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
  protocol: Protocol,
  env: Environment,
  problems: string[],
): Endpoint | undefined {
  const address = find(signal, 'ENDPOINT', env)
  const url = addressOf(signal, protocol, address, isInsecure(signal, protocol, env, problems))
  if (url === undefined) {
    problems.push(
      `${address?.name ?? ''} is no http or https URL; ${address?.own ? `${signal} go` : 'telemetry goes'} to files`,
    )
    return undefined
  }
  const headers = find(signal, 'HEADERS', env)
  const timeout = find(signal, 'TIMEOUT', env)
  return {
    protocol,
    url,
    headers: headers === undefined ? {} : readHeaders(headers, problems),
    timeoutMs:
      (timeout && milliseconds(env, timeout.name, [1, MAX_TIMEOUT_MS], problems)) ??
      DEFAULT_TIMEOUT_MS,
    gzip: isGzip(find(signal, 'COMPRESSION', env), problems),
    ...certificates(signal, url.startsWith('https:'), env, problems),
  }
}

/** Whether an address of gRPC that names no scheme is one without TLS. */
function isInsecure(
  signal: Signal,
  protocol: Protocol,
  env: Environment,
  problems: string[],
): boolean {
  const found = find(signal, 'INSECURE', env)
  if (found === undefined) return false
  const asked = found.value.toLowerCase()
  if (protocol !== 'grpc') problems.push(`${found.name} has no effect: it is for grpc`)
  else if (asked !== 'true' && asked !== 'false') {
    problems.push(`${found.name}=${asked} is neither true nor false; false is used`)
  }
  return asked === 'true'
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
