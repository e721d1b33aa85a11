import type { Dispatcher } from 'undici'
import type { CALL } from '../call-state.ts'
import type { ExchangingCall } from './exchange.ts'
import type { Hop, HOP } from './hop.ts'

/** undici's options of one exchange, with our call in them. */
export interface HopOptions extends Dispatcher.DispatchOptions {
  readonly [CALL]?: ExchangingCall
  readonly [HOP]?: Hop
}

export type Dispatch = (options: HopOptions, handler: Dispatcher.DispatchHandler) => boolean

/** A function around a dispatch, as undici composes them. */
export type Interceptor = (dispatch: Dispatch) => Dispatch

/** Scheme, name and port of whom the exchange asks. */
export function originOf({ origin, path }: Dispatcher.DispatchOptions): string {
  if (typeof origin === 'string') return origin
  return origin === undefined ? new URL(path).origin : origin.origin
}

export type Headers = { readonly [name: string]: string | string[] | undefined }

/** The one value of a response field, or undefined; of several, the first. */
export function field(headers: Headers | undefined, name: string): string | undefined {
  const value = headers?.[name]
  return Array.isArray(value) ? value[0] : value
}

/** A field that is a list: several lines are one, joined by commas. */
export function listField(headers: Headers | undefined, name: string): string | undefined {
  const value = headers?.[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/**
 * Names and values in turn, of request fields that are given so, or as pairs to be iterated over, like `Headers` and `Map`;
 * undefined of those that are members.
 */
export function listedFields(headers: object): readonly unknown[] | undefined {
  if (Array.isArray(headers)) return headers as readonly unknown[]
  return Symbol.iterator in headers ? [...(headers as Iterable<unknown>)].flat() : undefined
}
