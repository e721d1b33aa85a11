import { ATTRIBUTES, EVENTS } from '@plimsoll/semconv'
import type { AnswerEnd, LedgerEntry } from '../origin/ledger.ts'
import type { GateAnswer, ObjectiveReport } from './gate.ts'
import type { Rehearsal } from './rehearsal.ts'

/** One count, as each side that can see it has it. */
export interface Row {
  readonly what: string
  readonly origin?: number | undefined
  readonly program?: number | undefined
  readonly metrics?: number | undefined
  readonly events?: number | undefined
  readonly report?: number | undefined
}

export const SIDES = ['origin', 'program', 'metrics', 'events', 'report'] as const

/** Whether at least two sides see the count, and all that do have the same number. */
export function agrees(row: Row): boolean {
  const counts = SIDES.map((side) => row[side]).filter((count) => count !== undefined)
  return counts.length > 1 && new Set(counts).size === 1
}

/** Every count of a run that two sides can see. */
export function reconcile(rehearsal: Rehearsal): readonly Row[] {
  return [...attempts(rehearsal), ...bodies(rehearsal), ...works(rehearsal), ...calls(rehearsal)]
}

const ATTEMPTS = 'http_client_request_duration_seconds_count'
const CALLS = 'resilience_http_call_duration_seconds_count'
const LOOKUPS = 'resilience_cache_lookups_total'
const RESET = '{error_type=~"ECONNRESET|UND_ERR_SOCKET",http_response_status_code=""}'

function attempts({ ledger, telemetry, gate }: Rehearsal): readonly Row[] {
  const byStatus = telemetry.sumBy('http_response_status_code', ATTEMPTS)
  const statuses = new Set(ledger.map(({ status }) => status).filter((status) => status !== null))
  for (const status of Object.keys(byStatus)) if (status !== '') statuses.add(Number(status))
  const limited = objective(gate, 'rate-limited')
  const rows = [...statuses]
    .toSorted((a, b) => a - b)
    .map((status): Row => {
      const answered = ledger.filter((entry) => entry.status === status).length
      const row = { what: `attempts answered ${status}`, origin: answered }
      const measured = { metrics: byStatus[String(status)] ?? 0 }
      return status === 429
        ? { ...row, ...measured, report: bad(limited) }
        : { ...row, ...measured }
    })
  return [
    ...rows,
    {
      what: 'attempts hung until they timed out',
      origin: ending(ledger, 'hung'),
      metrics: telemetry.sum(`${ATTEMPTS}{error_type="timeout"}`),
    },
    {
      what: 'attempts reset',
      origin: ending(ledger, 'reset'),
      metrics: telemetry.sum(`${ATTEMPTS}${RESET}`),
    },
    {
      what: 'attempts in all',
      origin: ledger.length,
      metrics: telemetry.sum(ATTEMPTS),
      report: limited.total ?? undefined,
    },
    {
      what: 'metadata confirmed by 304',
      origin: ledger.filter((entry) => entry.kind === 'metadata' && entry.status === 304).length,
      metrics: telemetry.sum(
        'resilience_cache_lookups_total{resilience_cache_result="revalidated"}',
      ),
    },
  ]
}

function bodies({ ledger, telemetry, program }: Rehearsal): readonly Row[] {
  const { tally, deliveries } = program
  const sent = new Set(ledger.filter(isSpoilt).map((entry) => entry.requestId))
  const got = deliveries.flatMap(({ spoilt }) => spoilt)
  const corrupt = (reason: string): number =>
    telemetry.sum(`resilience_http_corrupt_bodies_total{resilience_corruption_reason="${reason}"}`)
  const rejected = telemetry.sum(
    'resilience_fallback_attempts_total{resilience_fallback_outcome="rejected"}',
  )
  return [
    { what: 'bodies cut short', origin: ending(ledger, 'cut'), metrics: corrupt('length') },
    {
      what: 'bodies unlike their digest',
      origin: ending(ledger, 'corrupt'),
      metrics: corrupt('digest'),
    },
    {
      what: 'corrupt bodies in all',
      origin: ending(ledger, 'cut') + ending(ledger, 'corrupt'),
      program: tally.corruptBodies,
      metrics: corrupt('length') + corrupt('digest'),
    },
    {
      what: "another work's bytes, rejected",
      origin: ending(ledger, 'mislabelled'),
      program: tally.mislabelled,
      metrics: rejected,
    },
    {
      what: 'requests that brought bytes of no use',
      origin: sent.size,
      program: got.filter((id) => sent.has(id)).length,
      metrics: corrupt('length') + corrupt('digest') + rejected,
    },
  ]
}

function works({ ledger, telemetry, gate, program }: Rehearsal): readonly Row[] {
  const { tally, deliveries } = program
  const good = ledger.filter(isWholeArtifact)
  const served = new Map(good.map((entry) => [entry.requestId, entry.sha256]))
  const kept = (intact: boolean): number =>
    telemetry.sum(`harvest_artifacts_accepted_total{harvest_intact="${intact}"}`)
  const matching = deliveries.filter(
    ({ request, sha256 }) => request !== undefined && served.get(request) === sha256,
  )
  return [
    {
      what: 'works',
      program: tally.works,
      metrics: telemetry.sum('resilience_fallback_duration_seconds_count'),
      report: objective(gate, 'yield').total ?? undefined,
    },
    {
      what: 'works delivered',
      origin: good.length,
      program: tally.accepted,
      metrics: kept(true),
      report: objective(gate, 'yield').good ?? undefined,
    },
    {
      what: '… by request id and digest',
      origin: served.size,
      program: matching.length,
      metrics: telemetry.sum(
        'resilience_fallback_attempts_total{resilience_fallback_outcome="success"}',
      ),
    },
    {
      what: 'corrupt artifacts accepted',
      program: tally.accepted - matching.length,
      metrics: kept(false),
      report: objective(gate, 'corrupt-accepted').value ?? undefined,
    },
  ]
}

function calls({ telemetry, gate, program: { tally } }: Rehearsal): readonly Row[] {
  const byError = telemetry.sumBy('error_type', CALLS)
  const seen: Record<string, number> = {}
  for (const [outcome, count] of Object.entries(tally.calls)) {
    const name = /^[23]\d\d$/u.test(outcome) ? '' : outcome
    seen[name] = (seen[name] ?? 0) + count
  }
  const names = [...new Set([...Object.keys(seen), ...Object.keys(byError)])].toSorted()
  const lookups = objective(gate, 'metadata-cache')
  return [
    ...names.map((name) => ({
      what: name === '' ? 'calls that ended well' : `calls that ended as ${name}`,
      program: seen[name] ?? 0,
      metrics: byError[name] ?? 0,
    })),
    {
      what: 'calls in all',
      program: sum(Object.values(tally.calls)),
      metrics: telemetry.sum(CALLS),
      events: telemetry.events(EVENTS.call.name),
    },
    {
      what: 'metadata look-ups',
      program: tally.metadataLookups,
      metrics: telemetry.sum('resilience_cache_lookups_total{resilience_role="metadata"}'),
      report: lookups.total ?? undefined,
    },
    ...Object.entries(telemetry.sumBy('resilience_cache_result', LOOKUPS)).map(
      ([result, count]): Row => ({
        what: `look-ups answered as ${result}`,
        metrics: count,
        events: telemetry.events(EVENTS.call.name, { [ATTRIBUTES.cacheResult.key]: result }),
      }),
    ),
    {
      what: 'probes skipped by the limiter',
      program: tally.probesSkipped,
      metrics: telemetry.sum(
        'resilience_rate_limiting_requests_total{resilience_rate_limiting_result="head_skipped"}',
      ),
    },
    {
      what: 'decisions of limiters',
      metrics: telemetry.sum('resilience_rate_limiting_requests_total'),
      events: telemetry.events(EVENTS.rate.name),
    },
    {
      what: 'sources asked or skipped',
      metrics: telemetry.sum('resilience_fallback_attempts_total'),
      events: telemetry.events(EVENTS.fallbackAttempt.name),
    },
    {
      what: 'openings of circuit breakers',
      metrics: telemetry.sum(
        'resilience_circuit_breaker_state_changes_total{resilience_circuit_breaker_state_new="open"}',
      ),
      events: telemetry.events(EVENTS.transition.name, {
        [ATTRIBUTES.breakerNewState.key]: 'open',
      }),
      report: objective(gate, 'breaker-opens').value ?? undefined,
    },
  ]
}

function objective({ report }: GateAnswer, slo: string): ObjectiveReport {
  const found = report.objectives.find((each) => each.slo === slo)
  if (found === undefined) throw new Error(`the report has no objective of ${slo}`)
  return found
}

function bad({ good, total }: ObjectiveReport): number | undefined {
  return good === null || total === null ? undefined : total - good
}

const ending = (ledger: readonly LedgerEntry[], end: AnswerEnd): number =>
  ledger.filter((entry) => entry.end === end).length

const isSpoilt = ({ end }: LedgerEntry): boolean =>
  end === 'cut' || end === 'corrupt' || end === 'mislabelled'

const isWholeArtifact = (entry: LedgerEntry): boolean =>
  entry.kind === 'artifact' &&
  entry.method === 'GET' &&
  entry.status === 200 &&
  entry.end === 'complete'

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
