import { AsyncLocalStorage } from 'node:async_hooks'
import { sharedAcrossCopies } from '@plimsoll/policies/shared'
import { Expected, type Expecting, type RequestLine } from './expected.ts'

/** A call whose exchanges are told by channels. */
export interface Follower extends Expecting {
  /** Whether undici has not begun with it yet. */
  readonly isFresh: boolean
  /** Whether another exchange may come, after a redirect or below a dispatcher that repeats. */
  readonly isBetween: boolean
}

/** What is known of the requests of our own calls, so that no other observer counts them. */
interface Registry {
  readonly calls: AsyncLocalStorage<Follower>
  readonly expecting: Expected
  /** What a policed call hands to a dispatcher at this moment. */
  dispatching: RequestLine | undefined
  /** How many copies of this package listen to undici's channels. */
  listeners: number
  /** Requests that have found their call, for the other copies. A single one need not note them, which costs microseconds. */
  readonly taken: WeakSet<object>
}

/** The same in all copies of this package: the preload's must know the requests of the program's. */
export function ownRequests(): Registry {
  return sharedAcrossCopies<Registry>('own-requests', () => ({
    calls: new AsyncLocalStorage(),
    expecting: new Expected(),
    dispatching: undefined,
    listeners: 0,
    taken: new WeakSet(),
  }))
}

/** Whether two lines name one request. */
export function isSameLine(left: RequestLine, right: RequestLine): boolean {
  return isSamePath(left, right) && String(left.origin) === String(right.origin)
}

/** The same without the origin, which a dispatcher may replace by an address. */
export function isSamePath(left: RequestLine, right: RequestLine): boolean {
  return left.method === right.method && left.path === right.path
}
