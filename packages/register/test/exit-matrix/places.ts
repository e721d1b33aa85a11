import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Signal } from '@plimsoll/semconv'
import { startCollector, type Received } from '../support/collector.ts'
import { startGrpcCollector } from '../support/grpc-collector.ts'
import { startOrigin } from '../support/origin.ts'
import { decodeOtlp } from '../support/otlp-protobuf.ts'
import { PATIENT, type AtEnd } from '../support/program.ts'
import { onlyRun, storedRuns, type StoredRun } from '../support/run-files.ts'
import { receivedRun, type ReceivedLine } from '../support/received-run.ts'

/** Where telemetry goes while a program ends. */
interface Place {
  readonly env: Readonly<Record<string, string>>
  /** What limits the program, in words of a POSIX shell. */
  readonly limit?: string
  /** What arrived, of all instances; undefined when nothing did. */
  readonly arrived: (folder: string) => StoredRun | undefined
}

export interface PlaceKind {
  readonly name: string
  /** Whether all of it must arrive, from members that end. */
  readonly takes: 'all' | 'nothing' | 'some'
  readonly open: (atEnd: AtEnd) => Promise<Place>
}

export const PLACES: readonly PlaceKind[] = [
  {
    name: 'files',
    takes: 'all',
    open: async () => ({ env: {}, arrived: onlyRun }),
  },
  {
    name: 'collector by http/json',
    takes: 'all',
    async open(atEnd) {
      const collector = await startCollector(undefined, atEnd)
      return otlp('http/json', collector.url, () => collector.received.map(readJson), PATIENT)
    },
  },
  {
    name: 'collector by http/protobuf',
    takes: 'all',
    async open(atEnd) {
      const collector = await startCollector(undefined, atEnd)
      const received = (): ReceivedLine[] => collector.received.map(readProtobuf)
      return otlp('http/protobuf', collector.url, received, PATIENT)
    },
  },
  {
    name: 'collector by grpc',
    takes: 'all',
    async open(atEnd) {
      const collector = await startGrpcCollector({}, atEnd)
      const received = (): ReceivedLine[] =>
        collector.received.map(({ signal, body }) => ({ signal, line: decodeOtlp(signal, body) }))
      return otlp('grpc', collector.url, received, PATIENT)
    },
  },
  {
    name: 'collector that refuses connections',
    takes: 'nothing',
    open: async () => otlp('http/json', `http://127.0.0.1:${await closedPort()}`),
  },
  {
    name: 'collector that never answers',
    takes: 'nothing',
    async open(atEnd) {
      const { url } = await startOrigin(() => {}, atEnd)
      return otlp('http/json', url)
    },
  },
  {
    name: 'full disk',
    takes: 'some',
    // No file may grow beyond 2 kB: the kernel answers EFBIG, as it answers ENOSPC when a disk is full.
    open: async () => ({
      env: {},
      limit: 'ulimit -f 4',
      arrived: (folder) => storedRuns(folder)[0],
    }),
  },
]

const signalOf = ({ path }: Received): Signal => path.replace('/v1/', '') as Signal

function readJson(request: Received): ReceivedLine {
  return { signal: signalOf(request), line: JSON.parse(request.body.toString()) as object }
}

function readProtobuf(request: Received): ReceivedLine {
  const signal = signalOf(request)
  return { signal, line: decodeOtlp(signal, request.body) }
}

function otlp(
  protocol: 'grpc' | 'http/protobuf' | 'http/json',
  url: string,
  received: () => readonly ReceivedLine[] = () => [],
  env: Readonly<Record<string, string>> = {},
): Place {
  return {
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      ...env,
    },
    arrived: () => receivedRun(received()),
  }
}

/** A port at which nobody listens: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
