export const PROFILES = ['calm', 'stormy'] as const
export type Profile = (typeof PROFILES)[number]

/** The kinds of source, as the origin knows them; `mirror` is where redirects lead. */
export type SourceKind = 'metadata' | 'open_access' | 'repositories' | 'publishers' | 'mirror'

/** How often, from 0 to 1, a request meets each fault. What is left over is answered well. */
export interface FaultRates {
  readonly rateLimited: number
  readonly serverError: number
  readonly slow: number
  readonly hang: number
  readonly reset: number
  readonly cut: number
  readonly corrupt: number
  readonly mislabelled: number
}

/** What a kind of source is like in a profile. */
export interface Weather {
  /** Share of works that the source holds. */
  readonly holds: number
  /** Share of blocks of neighbouring works in which the source is down altogether: a burst of 5xx. */
  readonly outage: number
  /** Share of works that the source keeps on the mirror. */
  readonly redirect: number
  readonly rates: FaultRates
}

const FINE: FaultRates = {
  rateLimited: 0,
  serverError: 0,
  slow: 0,
  hang: 0,
  reset: 0,
  cut: 0,
  corrupt: 0,
  mislabelled: 0,
}

const CALM: FaultRates = { ...FINE, serverError: 0.012, slow: 0.03, cut: 0.01, corrupt: 0.01 }

const STORM: FaultRates = {
  rateLimited: 0.05,
  serverError: 0.05,
  slow: 0.08,
  hang: 0.008,
  reset: 0.02,
  cut: 0.04,
  corrupt: 0.04,
  mislabelled: 0.03,
}

/**
 * The weather. The calm has a little of most faults, so that the policies have work and the promises still hold; the
 * storm breaks promises by a wide margin. A metadata record is of no use when it is wrong, so metadata is never corrupt.
 */
export const WEATHER: Readonly<Record<Profile, Readonly<Record<SourceKind, Weather>>>> = {
  calm: {
    metadata: {
      holds: 1,
      outage: 0,
      redirect: 0,
      rates: { ...FINE, serverError: 0.01, slow: 0.03, reset: 0.005 },
    },
    open_access: { holds: 0.65, outage: 0, redirect: 0.15, rates: { ...CALM, hang: 0.003 } },
    repositories: { holds: 0.5, outage: 0, redirect: 0.1, rates: { ...CALM, rateLimited: 0.012 } },
    publishers: { holds: 0.5, outage: 0, redirect: 0, rates: { ...CALM, mislabelled: 0.02 } },
    mirror: { holds: 1, outage: 0, redirect: 0, rates: { ...CALM, reset: 0.01 } },
  },
  stormy: {
    metadata: {
      holds: 1,
      outage: 0,
      redirect: 0,
      rates: { ...FINE, rateLimited: 0.01, serverError: 0.05, slow: 0.08, hang: 0.01, reset: 0.02 },
    },
    open_access: {
      holds: 0.35,
      outage: 0.3,
      redirect: 0.15,
      rates: { ...STORM, rateLimited: 0.05 },
    },
    repositories: {
      holds: 0.25,
      outage: 0.35,
      redirect: 0.1,
      rates: { ...STORM, rateLimited: 0.12 },
    },
    publishers: { holds: 0.25, outage: 0.4, redirect: 0, rates: { ...STORM, rateLimited: 0.3 } },
    mirror: { holds: 1, outage: 0.1, redirect: 0, rates: STORM },
  },
}
