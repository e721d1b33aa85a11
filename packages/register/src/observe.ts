import { isMainThread, threadId } from 'node:worker_threads'
import type { Resource } from '@opentelemetry/resources'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import {
  createClient,
  installUrlHashKey,
  observeClients,
  observeFetch,
  type Client,
} from '@plimsoll/fetch'
import { installRecorder, processRecorder } from '@plimsoll/policies'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import {
  createCells,
  createLedger,
  createRecorder,
  type TelemetryRecorder,
} from '@plimsoll/telemetry'
import { ownersNow, registerProviders, type Owners, type Providers } from './api-globals.ts'
import { banner } from './banner.ts'
import { createHandOver } from './beside/hand-over.ts'
import { startWatch } from './config/start-watch.ts'
import { heedDiagnostics } from './diagnostics.ts'
import { keysOf, openEstate, type Estate } from './ending/estate.ts'
import { tieEnding } from './ending/tie-ending.ts'
import { createDiskWarning, type DiskWarning } from './files/disk-warning.ts'
import { openRunFiles } from './files/run-files.ts'
import { urlHashKey } from './files/url-hash-key.ts'
import { wrapGlobalFetch } from './global-fetch.ts'
import { createGuard } from './guard.ts'
import type { Messages } from './messages.ts'
import type { Destination } from './otlp/settings.ts'
import type { Loss } from './pipeline/outlet.ts'
import { eventsBy, traceBy } from './pipeline/past-the-sdk.ts'
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts'
import { openRoutes, type Routes } from './pipeline/routes.ts'
import { DEFAULT_INTERVAL_MS, startSchedule } from './pipeline/schedule.ts'
import { installClient } from './process-client.ts'
import { processClock } from './process-clock.ts'
import { offerMetrics } from './prometheus/offer.ts'
import { resourceOf } from './resource.ts'
import { samplerOf } from './sampler.ts'
import type { Settings } from './settings.ts'

const MEGABYTE = 1_000_000

/** Puts the preload together and lets it loose on this process or worker. */
export function observe(settings: Settings, messages: Messages): void {
  const { identity, folders, config } = settings
  heedDiagnostics(settings.diagnostics, messages)
  const owners = ownersNow()
  const guard = createGuard((text) => messages.error(text))
  const warning = createDiskWarning(messages)
  // Losses are counted by the recorder, which comes after the outlets that lose.
  let recorder: TelemetryRecorder | undefined
  const loss: Loss = (signal, reason, items) => recorder?.lost(signal, reason, items)

  const destinations = ourDestinations(settings, owners)
  const resource = resourceOf(settings.service, identity, settings.attributes)
  const estate = estateOf(settings, destinations, resource, messages)
  const routes = openRoutes({
    destinations,
    run: folders.run,
    instance: identity.instance,
    maxBytes: config.files.maxMegabytes * MEGABYTE,
    messages,
    warning,
    loss,
    boardPlace: () => estate?.boardPlace(),
  })
  const cells = createCells({
    clock: processClock,
    boundaries: config.metrics.boundaries,
    histograms: settings.otlp.histograms,
    ...(estate === undefined ? {} : { places: estate.places }),
  })
  const fault = (error: unknown): void =>
    guard('while it wrote telemetry', () => {
      throw error
    })
  const { runId } = identity
  const pipeline = createPipeline({
    routes: routes.bySignal,
    cells,
    resource,
    runId,
    loss,
    fault,
    estate,
  })
  const serving = offerMetrics({ settings, cells, resource, guard, messages })
  const isKept = routes.bySignal.metrics !== undefined || settings.otlp.prometheus !== undefined
  const providers: Providers = {
    meterProvider: isKept ? cells.meterProvider : undefined,
    ...providersOf(routes, pipeline, resource, settings),
    propagator: settings.propagator,
  }
  const common = { runId, maxHosts: config.metrics.maxHosts, clock: processClock }
  const handOver = createHandOver({
    destinations: settings.otlp.destinations,
    cells,
    boundaries: config.metrics.boundaries,
    common,
    guard,
  })
  recorder = createRecorder({
    ...common,
    measures: cells.measures,
    ...eventsBy(providers.loggerProvider, pipeline, settings.limits),
    ...(estate === undefined ? {} : { calls: estate.calls }),
  })

  const runFiles = routes.files ? openRunFiles(settings, warning) : undefined
  const ending = tieEnding({
    settings,
    destinations: keysOf(destinations),
    routes,
    ownThreads: [...(routes.sender === undefined ? [] : [routes.sender.thread]), ...serving],
    recorder,
    pipeline,
    runFiles,
    estate,
    guard,
    messages,
    warning,
    loss,
    fault,
  })
  installRecorder(ending.heedful(handOver.heard(recorder)))
  if (routes.bySignal.traces !== undefined) traceBy(pipeline, settings)
  const client = wrapFetch(settings, warning)
  recorder.runStarted()
  registerProviders(providers, handOver.taken)
  startSchedule({ pipeline, guard, ...intervals(settings) })
  startWatch({ settings, client, recorder: processRecorder, messages, guard })
  if (isMainThread && identity.parent === undefined) {
    messages.info(banner(settings, owners, process.cwd()))
  }
}

/** Spans go to the SDK that was here first, where there is one; numbers and events go their way beside it. */
function ourDestinations({ otlp }: Settings, owners: Owners): Partial<Record<Signal, Destination>> {
  return Object.fromEntries(
    SIGNALS.filter((signal) => signal !== 'traces' || owners.traces === 'ours').map((signal) => [
      signal,
      otlp.destinations[signal],
    ]),
  )
}

function providersOf(
  { bySignal }: Routes,
  pipeline: Pipeline,
  resource: Resource,
  { sampling, limits }: Settings,
): Pick<Providers, 'tracerProvider' | 'loggerProvider'> {
  return {
    tracerProvider:
      bySignal.traces === undefined
        ? undefined
        : new TracerProvider({
            resource,
            sampler: samplerOf(sampling),
            spanLimits: limits.spans,
            spanProcessors: [pipeline.spanProcessor],
          }),
    loggerProvider:
      bySignal.logs === undefined
        ? undefined
        : new LoggerProvider({
            resource,
            logRecordLimits: limits.logs,
            processors: [pipeline.logProcessor],
          }),
  }
}

/** Where this worker keeps what others have to know when it is gone; none where its metrics are not ours. */
function estateOf(
  settings: Settings,
  destinations: Partial<Record<Signal, Destination>>,
  resource: Resource,
  messages: Messages,
): Estate | undefined {
  const { arena, parentThread, identity, folders, config } = settings
  if (isMainThread || arena === undefined || destinations.metrics === undefined) return undefined
  const full = (): void =>
    messages.warn(
      'the memory that workers share is full: if this worker is terminated, some of its last numbers are lost',
    )
  const who = {
    instance: identity.instance,
    parent: parentThread,
    attributes: resource.attributes,
    destinations: keysOf(destinations),
    folder: folders.run,
    maxBytes: config.files.maxMegabytes * MEGABYTE,
  }
  return openEstate(createLedger(arena, threadId, full), who, processClock)
}

/** The client behind the global `fetch`, where it is under policies. */
function wrapFetch({ config, folders }: Settings, warning: DiskWarning): Client | undefined {
  try {
    installUrlHashKey(urlHashKey(process.env, folders.home))
  } catch (error) {
    // The key of the process, made at random, serves: hashes of this run compare with each other only.
    warning(folders.home, error)
  }
  const policies = config.fetch
  const clock = processClock
  let client: Client | undefined
  wrapGlobalFetch((fetch) => {
    if (policies === undefined) return observeFetch(fetch, { clock })
    client = createClient({ ...policies, fetch, clock })
    installClient(client)
    return client.fetch
  })
  observeClients({ ...config.observe, redact: policies?.redact ?? {}, clock })
  return client
}

function intervals({ intervalMs, otlp }: Settings): { itemsMs: number; metricsMs: number } {
  const itemsMs = intervalMs ?? DEFAULT_INTERVAL_MS
  const remote = otlp.destinations.metrics.kind === 'otlp'
  return {
    itemsMs,
    metricsMs: intervalMs ?? (remote ? otlp.metricsIntervalMs : DEFAULT_INTERVAL_MS),
  }
}
