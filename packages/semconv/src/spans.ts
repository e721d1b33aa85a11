import { NAMESPACE as NS } from './namespace.ts'

/** Names of our spans. An attempt is named by its method, as the HTTP conventions ask. */
export const SPANS = {
  call: `${NS}.http.call`,
  fallback: `${NS}.fallback`,
} as const
