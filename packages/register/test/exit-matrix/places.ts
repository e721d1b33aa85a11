import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { startCollector, type Received } from '../support/collector.ts'
import { startOrigin } from '../support/origin.ts'
import { type AtEnd } from '../support/program.ts'
import { onlyRun, storedRuns, type StoredRun } from '../support/run-files.ts'
import { receivedRun } from '../support/received-run.ts'

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

const OTLP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }

export const PLACES: readonly PlaceKind[] = [
  {
    name: 'files',
    takes: 'all',
    open: async () => ({ env: {}, arrived: onlyRun }),
  },
  {
    name: 'collector',
    takes: 'all',
    async open(atEnd) {
      const collector = await startCollector(undefined, atEnd)
      // Patient, so that not the speed of the machine decides what arrives.
      return otlp(collector.url, () => collector.received, { PLIMSOLL_EXIT_MS: '20000' })
    },
  },
  {
    name: 'collector that refuses connections',
    takes: 'nothing',
    open: async () => otlp(`http://127.0.0.1:${await closedPort()}`, () => []),
  },
  {
    name: 'collector that never answers',
    takes: 'nothing',
    async open(atEnd) {
      const { url } = await startOrigin(() => {}, atEnd)
      return otlp(url, () => [])
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

function otlp(
  url: string,
  received: () => readonly Received[],
  env: Readonly<Record<string, string>> = {},
): Place {
  return {
    env: { ...OTLP, OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env },
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
