import type { HostName } from './catalogue.ts'
import type { Fault } from './faults.ts'

/**
 * How an answer ended. `complete`: all was sent, and it was right. `cut`: fewer bytes than the declared length.
 * `corrupt`: bytes that do not match the declared digest. `mislabelled`: bytes that match what the answer declares, and
 * are not the work's. `reset`, `hung`: no answer at all. `abandoned`: the client left before the end of the answer.
 */
export type AnswerEnd =
  | 'complete'
  | 'cut'
  | 'corrupt'
  | 'mislabelled'
  | 'reset'
  | 'hung'
  | 'abandoned'

/** What was asked for: the list of works, a page of metadata, an artifact, or something that is not there. */
export type RequestKind = 'directory' | 'metadata' | 'artifact' | 'unknown'

/** One request as the origin received it: a retry and a hop of a redirect are requests of their own. */
export interface LedgerEntry {
  readonly host: HostName
  readonly method: string
  readonly kind: RequestKind
  /** The work or the page that was asked for. */
  readonly subject: string
  /** The client's `x-request-id`; the requests of one call share it. */
  readonly requestId: string
  /** Counts the requests of this method for this subject at this host, from 0. */
  readonly ordinal: number
  readonly fault: Fault['kind']
  /** The status sent; null when none was. */
  status: number | null
  end: AnswerEnd
  /** SHA-256 of the bytes sent, where they were a whole artifact. */
  sha256?: string
}

/** Everything that the origin was asked, in order of arrival. */
export interface Ledger {
  /** How often the like of this request came before. */
  ordinal(request: Pick<LedgerEntry, 'host' | 'method' | 'kind' | 'subject'>): number
  /** Adds an entry; its fate is written into it as it becomes known. */
  add(entry: Omit<LedgerEntry, 'status' | 'end'>): LedgerEntry
  lines(): string
}

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = []
  const seen = new Map<string, number>()
  return {
    ordinal({ host, method, kind, subject }) {
      const key = [host, method, kind, subject].join(' ')
      const ordinal = seen.get(key) ?? 0
      seen.set(key, ordinal + 1)
      return ordinal
    },
    add(received) {
      const entry: LedgerEntry = { ...received, status: null, end: 'abandoned' }
      entries.push(entry)
      return entry
    },
    lines: () => entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  }
}

export function parseLedger(lines: string): readonly LedgerEntry[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerEntry)
}
