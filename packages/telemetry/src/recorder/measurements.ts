import type { Subject } from '@plimsoll/policies'
import { hostCap, nameCap, type Host } from '../labels/caps.ts'
import { closedErrorType } from '../labels/error-type.ts'
import { closedMethod } from '../labels/method.ts'
import { closedStatus } from '../labels/status.ts'
import type { Measures } from '../measures.ts'
import type { Handlers } from './handlers.ts'
import { treesOf } from './trees.ts'

/** Roles, sources and tiers come from the configuration; a program that makes them up meets this cap. */
export const MAX_NAMES = 50

/** The tier of a work item that no tier served. */
const NO_TIER = 'none'

/**
 * The changes that a breaker goes through by itself. They are counted from 0 as soon as there is a breaker: a run in which
 * none opened must say "none", and not that it knows of no such thing.
 */
const CHANGES = [
  ['closed', 'open'],
  ['open', 'half_open'],
  ['half_open', 'open'],
  ['half_open', 'closed'],
] as const

/** What each record is measured as. Labels are closed and capped here, for the life of the process. */
export function measurements(measures: Measures, maxHosts: number): Omit<Handlers, 'call_start'> {
  const to = treesOf(measures)
  const capHost = hostCap(maxHosts)
  const capRole = nameCap(MAX_NAMES)
  const capSource = nameCap(MAX_NAMES)
  const capTier = nameCap(MAX_NAMES)
  const host = ({ address, port }: Subject): Host => capHost(address, port)
  const role = (subject: Subject): string | undefined => capRole(subject.role)
  const source = (subject: Subject): string | undefined => capSource(subject.source)

  return {
    attempt({ subject, method, status, errorType, durationS }) {
      to.requestDuration
        .at(host(subject), closedMethod(method), closedStatus(status), closedErrorType(errorType))
        .record(durationS)
    },
    call({ subject, method, errorType, retryCount, retryDelayS, durationS }) {
      const at = host(subject)
      const as = role(subject)
      to.callDuration.at(at, closedMethod(method), as, closedErrorType(errorType)).record(durationS)
      if (retryCount === 0) return
      to.callResends.at(at, as).record(retryCount)
      to.retryDelay.at(at, as).record(retryDelayS)
    },
    rate({ subject, result, waitedS }) {
      const at = host(subject)
      const from = source(subject)
      const as = role(subject)
      to.rateRequests.at(at, from, as, result).record(1)
      // What was refused did not wait.
      if (result === 'acquired' || result === 'canceled') {
        to.rateTimeInQueue.at(at, from, as, result).record(waitedS)
      }
    },
    rate_queue({ subject, change }) {
      to.rateQueued.at(host(subject), source(subject)).record(change)
    },
    breaker_life({ subject, scope, state, change }) {
      to.breakerCount.at(scope, state).record(change)
      if (change === -1) return
      const at = host(subject)
      const from = source(subject)
      for (const [oldState, newState] of CHANGES) {
        to.breakerStateChanges.at(at, from, scope, oldState, newState).record(0)
      }
    },
    breaker_execution({ subject, scope, state, recorded }) {
      to.breakerExecutions.at(host(subject), source(subject), scope, state, recorded).record(1)
    },
    breaker_transition({ subject, scope, oldState, newState, openS }) {
      to.breakerStateChanges.at(host(subject), source(subject), scope, oldState, newState).record(1)
      to.breakerCount.at(scope, oldState).record(-1)
      to.breakerCount.at(scope, newState).record(1)
      if (openS !== undefined) to.breakerOpenDuration.at(scope).record(openS)
    },
    retry({ subject, reason, result }) {
      to.retryDecisions.at(host(subject), source(subject), reason, result).record(1)
    },
    retry_budget({ subject, utilization }) {
      to.retryBudgetUtilization.at(host(subject), source(subject)).record(utilization)
    },
    retry_after({ subject, durationS, action }) {
      to.retryAfterDuration.at(host(subject), action).record(durationS)
    },
    cache({ subject, result }) {
      to.cacheLookups.at(host(subject), role(subject), result).record(1)
    },
    corruption({ reason }) {
      to.corruptBodies.at(reason).record(1)
    },
    fallback_attempt({ tier, source, outcome, reason }) {
      to.fallbackAttempts.at(capTier(tier), capSource(source), outcome, reason).record(1)
    },
    config_reload({ result }) {
      to.configReloads.at(result).record(1)
    },
    fallback({ tier, errorType, durationS }) {
      // `none` takes no place of a tier's.
      const served = tier === undefined ? NO_TIER : capTier(tier)
      to.fallbackDuration.at(served, closedErrorType(errorType)).record(durationS)
    },
  }
}
