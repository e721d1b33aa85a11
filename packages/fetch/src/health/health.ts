import type { Clock } from '@plimsoll/policies'
import type { BreakerState } from '@plimsoll/semconv'
import type { HostState } from '../hosts/host-state.ts'

/** `ok` works, `degraded` works worse or not surely, `down` does not work. */
export type HealthStatus = 'ok' | 'degraded' | 'down'

/** How one host stands, as far as its policies know. */
export interface HostHealth {
  readonly address: string
  readonly port: number
  /** `down`: its breaker is open. `degraded`: it is being probed, or its limiter makes a request wait for long. */
  readonly status: HealthStatus
  /** Whether the program can do nothing without it, as configured. */
  readonly required: boolean
  /** State of its breaker; absent where that is off. */
  readonly breaker?: BreakerState
  /** When its breaker opened, in ISO 8601; absent while it is closed. */
  readonly since?: string
  /** Milliseconds until it is worth asking again; absent where there is no need to wait, or no end to it. */
  readonly retryAfterMs?: number
  /** Absent where it has no limit. */
  readonly limiter?: {
    /** Requests that wait now. */
    readonly queued: number
    /** Milliseconds that one which came now would have to wait. */
    readonly delayMs: number
  }
}

/** How a client stands with the hosts that it has asked. */
export interface Health {
  /** `down` where a required host is down, else `degraded` where any is not `ok`. */
  readonly status: HealthStatus
  readonly hosts: readonly HostHealth[]
}

/** A wait for the limiter of a second is noticed by whoever waits for the answer. */
const LONG_WAIT_MS = 1_000

/** Asks every policy for its state: takes a microsecond or two a host, sends nothing, never throws. */
export function healthOf(states: Iterable<HostState>, clock: Clock): Health {
  const hosts = [...states]
    .map((state) => hostHealth(state, clock))
    .sort((a, b) => (a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1))
  const isDown = hosts.some(({ required, status }) => required && status === 'down')
  const isWhole = hosts.every(({ status }) => status === 'ok')
  return { status: isDown ? 'down' : isWhole ? 'ok' : 'degraded', hosts }
}

function hostHealth({ subject, required, breaker, limiter }: HostState, clock: Clock): HostHealth {
  const { address = '', port = 0 } = subject
  const state = breaker?.state()
  const line = limiter?.state()
  const openForMs = breaker?.openForMs() ?? 0
  const leftMs = state === 'open' ? (breaker?.snapshot().remainingMs ?? undefined) : undefined
  return {
    address,
    port,
    status: statusOf(state, line?.delayMs ?? 0),
    required,
    ...(state === undefined ? {} : { breaker: state }),
    ...(state === undefined || state === 'closed'
      ? {}
      : { since: new Date(clock.epoch() - openForMs).toISOString() }),
    ...(leftMs === undefined ? {} : { retryAfterMs: Math.ceil(leftMs) }),
    ...(line === undefined ? {} : { limiter: line }),
  }
}

function statusOf(breaker: BreakerState | undefined, delayMs: number): HealthStatus {
  if (breaker === 'open') return 'down'
  return breaker === 'half_open' || delayMs >= LONG_WAIT_MS ? 'degraded' : 'ok'
}
