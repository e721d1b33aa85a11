import type { FetchOptions } from '@plimsoll/fetch'

/** The configuration after defaults. */
export interface Config {
  readonly service: { readonly name?: string | undefined; readonly version?: string | undefined }
  /** Policies for the global `fetch`; absent: it is observed only. */
  readonly fetch: FetchOptions | undefined
  /** What is measured beside the global `fetch`, without policies. */
  readonly observe: {
    /** What `node:http` and `node:https` do, and what stands on them. */
    readonly http: boolean
    /** What undici's `request`, `stream`, `pipeline` and clients do. */
    readonly undici: boolean
  }
  readonly metrics: {
    /** Boundaries to add to histograms, by instrument name. */
    readonly boundaries: Readonly<Record<string, readonly number[]>>
    /** Hosts told apart on metrics. */
    readonly maxHosts: number
  }
  readonly files: {
    /** Folder of runs and key, relative to the working folder. */
    readonly dir: string
    /** Runs kept when a new one begins. */
    readonly keepRuns: number
    /** Megabytes (10^6 bytes) that one run may write. */
    readonly maxMegabytes: number
  }
}

/** What holds where no file says otherwise. */
export const CONFIG_DEFAULTS = {
  service: {},
  fetch: undefined,
  observe: { http: true, undici: true },
  metrics: { boundaries: {}, maxHosts: 50 },
  files: { dir: '.plimsoll', keepRuns: 20, maxMegabytes: 512 },
} as const satisfies Config
