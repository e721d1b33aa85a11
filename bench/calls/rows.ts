import type { FetchOptions } from '@plimsoll/fetch'
import { POLICIES } from './variants/own/policies.ts'

/** A row of the table of calls: a variant in the surroundings that it is measured in. */
export interface Row {
  readonly id: string
  readonly title: string
  /** File in `variants/`. What lies in `peers/` needs the installation of this folder. */
  readonly file: string
  /** Under the preload, with its telemetry in files. */
  readonly preload?: {
    /** Signals that are written; metrics always are. */
    readonly events: boolean
    readonly spans: 'none' | 'sampled' | 'sampled out'
    /** The `fetch` section of the configuration; without it calls are observed. */
    readonly fetch?: FetchOptions
  }
}

const PLATFORM = 'bare/platform-fetch.ts'

/** What every other row is compared with. */
export const BASELINE: Row = { id: 'fetch', title: 'bare `fetch`', file: PLATFORM }

export const ROWS: readonly Row[] = [
  { id: 'undici-fetch', title: 'bare `fetch` of undici 8', file: 'peers/undici-fetch.ts' },
  { id: 'undici-request', title: 'bare `undici.request`', file: 'peers/undici-request.ts' },
  {
    id: 'instrumentation-metrics',
    title: 'instrumentation-undici, metrics',
    file: 'peers/instrumentation-metrics.ts',
  },
  {
    id: 'instrumentation-spans',
    title: 'instrumentation-undici, metrics and sampled spans',
    file: 'peers/instrumentation-spans.ts',
  },
  {
    id: 'instrumentation-unsampled',
    title: 'instrumentation-undici, metrics, spans sampled out',
    file: 'peers/instrumentation-unsampled.ts',
  },
  { id: 'cockatiel', title: 'cockatiel (retry, breaker)', file: 'peers/cockatiel.ts' },
  { id: 'opossum', title: 'opossum + opossum-prometheus', file: 'peers/opossum.ts' },
  {
    id: 'undici-interceptors',
    title: 'undici’s retry and cache interceptors',
    file: 'peers/undici-interceptors.ts',
  },
  {
    id: 'assembled-metrics',
    title:
      'assembled: instrumentation (metrics) + opossum + opossum-prometheus + rate-limiter-flexible + p-retry',
    file: 'peers/assembled-metrics.ts',
  },
  {
    id: 'assembled-spans',
    title: 'the same with sampled spans',
    file: 'peers/assembled-spans.ts',
  },
  {
    id: 'assembled-bottleneck',
    title: 'the same with bottleneck for the limiter, metrics',
    file: 'peers/assembled-bottleneck.ts',
  },
  {
    id: 'observed',
    title: '**preload**, observed only: metrics',
    file: PLATFORM,
    preload: { events: false, spans: 'none' },
  },
  {
    id: 'observed-events',
    title: '**preload**, observed only: metrics, events',
    file: PLATFORM,
    preload: { events: true, spans: 'none' },
  },
  {
    id: 'observed-unsampled',
    title: '**preload**, observed only: metrics, events, spans sampled out',
    file: PLATFORM,
    preload: { events: true, spans: 'sampled out' },
  },
  {
    id: 'observed-spans',
    title: '**preload**, observed only: metrics, events, sampled spans',
    file: PLATFORM,
    preload: { events: true, spans: 'sampled' },
  },
  {
    id: 'policies',
    title: '**preload**, all policies: metrics',
    file: PLATFORM,
    preload: { events: false, spans: 'none', fetch: POLICIES },
  },
  {
    id: 'policies-fallback',
    title: '**preload**, all policies and a fallback around them: metrics',
    file: 'own/fallback.ts',
    preload: { events: false, spans: 'none', fetch: POLICIES },
  },
  {
    id: 'policies-events',
    title: '**preload**, all policies: metrics, events',
    file: PLATFORM,
    preload: { events: true, spans: 'none', fetch: POLICIES },
  },
  {
    id: 'policies-spans',
    title: '**preload**, all policies: metrics, events, sampled spans',
    file: PLATFORM,
    preload: { events: true, spans: 'sampled', fetch: POLICIES },
  },
  {
    id: 'request',
    title: '**preload**, `createRequest`, all policies: metrics',
    file: 'own/create-request.ts',
    preload: { events: false, spans: 'none' },
  },
  {
    id: 'no-sdk',
    title: '**`createFetch`** alone, all policies: no preload, no telemetry',
    file: 'own/create-fetch.ts',
  },
]

export const needsPeers = ({ file }: Row): boolean => file.startsWith('peers/')
