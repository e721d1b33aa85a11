/** One call with its body read to the end; it rejects when the call failed. */
export type Call = (url: string) => Promise<unknown>

/** What the telemetry of a variant has seen of its calls; absent where it has none of that kind. */
export interface Seen {
  readonly metrics?: number
  readonly spans?: number
  readonly events?: number
}

export interface Prepared {
  readonly call: Call
  /** Asked after the last call. Of ours the files are read instead. */
  readonly seen?: () => Promise<Seen>
}

/** What a file in `variants/` exports. It is loaded in a process of its own. */
export interface VariantModule {
  /** `flushMs`: how often whatever works in the background does so, the same in every row. */
  prepare(flushMs: number): Prepared
}
