import { observeUndici } from './exchange-channels.ts'
import { observeHttp } from './http-channels.ts'
import { observeDeps, type ObserveOptions } from './observe-options.ts'

export interface ObserveClientsOptions extends ObserveOptions {
  /** What is made with `node:http` and `node:https`, got and axios among it. @default true */
  readonly http?: boolean
  /** What is made with undici's `request`, `stream`, `pipeline` and clients, of whatever copy. @default true */
  readonly undici?: boolean
}

/**
 * From now on every HTTP call of the process that is not made by a fetch of ours is measured too, once and without
 * policies: a call with one attempt. For the life of the process; to be called once.
 */
export function observeClients(options: ObserveClientsOptions = {}): void {
  const deps = observeDeps(options)
  if (options.http !== false) observeHttp(deps)
  if (options.undici !== false) observeUndici(deps)
}
