import { EVENTS, INSTRUMENTS, ATTRIBUTES, type Signal } from '@plimsoll/semconv'
import { eventsOf, spansOf, total, totalOf, having, type StoredRun } from '../support/run-files.ts'
import type { Members } from './programs.ts'

/** Events or spans of one run. */
interface Items {
  readonly recorded: number
  readonly arrived: number
  /** Counted as lost: in metrics that arrived, or on stderr. */
  readonly told: number
}

export interface Account {
  readonly events: Items
  readonly spans: Items
  readonly calls: { readonly made: number; readonly counted: number }
  /** Records of exit listeners that arrived in metrics. */
  readonly farewells: number
  /** Instances with their end marker. */
  readonly ended: number
}

/** What three calls of each member, its farewell and its summary come to. */
function recordedBy({ whole, silenced, killed }: Members): {
  events: number
  spans: number
} {
  return {
    events: whole * 5 + silenced * 4 + killed * 3,
    spans: whole * 7 + silenced * 6 + killed * 6,
  }
}

export function accountOf(members: Members, run: StoredRun | undefined, stderr: string): Account {
  const { whole, silenced, killed } = members
  const recorded = recordedBy(members)
  const instances = run?.instances ?? []
  const found: StoredRun = run ?? { folder: '', record: undefined, instances }
  const events = [EVENTS.call.name, EVENTS.runSummary.name, 'app.farewell']
    .map((name) => eventsOf(found, name).length)
    .reduce((a, b) => a + b)
  // An instance whose last metrics did not arrive says on stderr what it lost; others say it in these.
  const lost = (signal: Signal): number =>
    instances
      .filter((instance) => JSON.stringify(instance.metrics.at(-1) ?? {}).includes(END))
      .map((instance) =>
        totalOf(instance, INSTRUMENTS.telemetryLost.name, { [ATTRIBUTES.signal.key]: signal }),
      )
      .reduce((a, b) => a + b, 0)
  const counted = total(found, INSTRUMENTS.telemetryLost.name, {
    [ATTRIBUTES.lossReason.key]: 'terminated',
  })
  // What went with a worker is told twice, unless its metrics did not arrive.
  const lines = stderr.split('\n').filter((line) => counted === 0 || !line.includes('went with'))
  return {
    events: {
      recorded: recorded.events,
      arrived: events,
      told: lost('logs') + said(lines, 'event'),
    },
    spans: {
      recorded: recorded.spans,
      arrived: spansOf(found).length,
      told: lost('traces') + said(lines, 'span'),
    },
    calls: {
      made: 3 * (whole + silenced + killed),
      counted: total(found, INSTRUMENTS.callDuration.name),
    },
    farewells: total(found, 'app.farewells'),
    ended: having(found, END),
  }
}

const END = INSTRUMENTS.runEndTime.name

/** Items that lines on stderr call lost for good. */
function said(lines: readonly string[], word: string): number {
  return lines
    .filter((line) => /did not reach|could not be written|went with/u.test(line))
    .flatMap((line) => [...line.matchAll(new RegExp(`(\\d+) ${word}`, 'gu'))])
    .reduce((sum, [, count]) => sum + Number(count), 0)
}
