import { performance } from 'node:perf_hooks'
import { isMainThread, threadId } from 'node:worker_threads'
import type { Resource } from '@opentelemetry/resources'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { createFetch, installUrlHashKey, observeClients, observeFetch } from '@plimsoll/fetch'
import { installRecorder } from '@plimsoll/policies'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import {
  apiMeasures,
  createCells,
  createRecorder,
  type TelemetryRecorder,
} from '@plimsoll/telemetry'
import { ownersNow, registerProviders, type Owners, type Providers } from './api-globals.ts'
import { banner } from './banner.ts'
import { heedDiagnostics } from './diagnostics.ts'
import { endWithProcess } from './ending/end-with-process.ts'
import { createEnding, type Ending } from './ending/ending.ts'
import { awaitWorkers, callWorkers, createWorkerBoard, enterWorker } from './ending/workers.ts'
import { createDiskWarning, type DiskWarning } from './files/disk-warning.ts'
import { openRunFiles, type RunFiles } from './files/run-files.ts'
import { urlHashKey } from './files/url-hash-key.ts'
import { wrapGlobalFetch } from './global-fetch.ts'
import { createGuard, type Guard } from './guard.ts'
import type { Messages } from './messages.ts'
import type { Destination } from './otlp/settings.ts'
import type { Loss } from './pipeline/outlet.ts'
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts'
import { openRoutes, type Routes } from './pipeline/routes.ts'
import { DEFAULT_INTERVAL_MS, startSchedule } from './pipeline/schedule.ts'
import { processClock } from './process-clock.ts'
import { resourceOf } from './resource.ts'
import { leaveForWorkers } from './run/inheritance.ts'
import { leaveForChildren, parentOf, type Settings } from './settings.ts'

const MEGABYTE = 1_000_000
/** An ending process waits no longer for its workers to write, where there is no collector to wait for as well. */
const WORKERS_MS = 500

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

  const routes = openRoutes({
    destinations: ourDestinations(settings, owners),
    run: folders.run,
    instance: identity.instance,
    maxBytes: config.files.maxMegabytes * MEGABYTE,
    messages,
    warning,
    loss,
  })
  const cells = createCells({
    clock: processClock,
    boundaries: config.metrics.boundaries,
    histograms: settings.otlp.histograms,
  })
  const resource = resourceOf(settings.service, identity, settings.attributes)
  const fault = (error: unknown): void =>
    guard('while it wrote telemetry', () => {
      throw error
    })
  const pipeline = createPipeline({ routes: routes.bySignal, cells, resource, loss, fault })
  const providers: Providers = {
    meterProvider: routes.bySignal.metrics === undefined ? undefined : cells.meterProvider,
    ...providersOf(routes, pipeline, resource, settings),
    propagator: settings.propagator,
  }
  registerProviders(providers)
  const { loggerProvider } = providers
  recorder = createRecorder({
    measures: owners.metrics === 'foreign' ? apiMeasures() : cells.measures,
    ...(loggerProvider === undefined ? {} : { loggerProvider }),
    runId: identity.runId,
    maxHosts: config.metrics.maxHosts,
    clock: processClock,
  })

  const runFiles = routes.files ? openRunFiles(settings, warning) : undefined
  const ending = tieEnding({ settings, routes, recorder, pipeline, runFiles, guard, messages })
  installRecorder(ending.heedful(recorder))
  wrapFetch(settings, warning)
  recorder.runStarted()
  startSchedule({ pipeline, guard, ...intervals(settings) })
  if (isMainThread && identity.parent === undefined) {
    messages.info(banner(settings, owners, process.cwd()))
  }
}

/** A signal whose provider is another's goes where that one sends it. */
function ourDestinations({ otlp }: Settings, owners: Owners): Partial<Record<Signal, Destination>> {
  return Object.fromEntries(
    SIGNALS.filter((signal) => owners[signal] === 'ours').map((signal) => [
      signal,
      otlp.destinations[signal],
    ]),
  )
}

function providersOf(
  { bySignal }: Routes,
  pipeline: Pipeline,
  resource: Resource,
  { sampler, limits }: Settings,
): Pick<Providers, 'tracerProvider' | 'loggerProvider'> {
  return {
    tracerProvider:
      bySignal.traces === undefined
        ? undefined
        : new TracerProvider({
            resource,
            sampler,
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

interface Tied {
  readonly settings: Settings
  readonly routes: Routes
  readonly recorder: TelemetryRecorder
  readonly pipeline: Pipeline
  readonly runFiles: RunFiles | undefined
  readonly guard: Guard
  readonly messages: Messages
}

/** Ties the end of this thread to that of the process, its workers' and its children's to it. */
function tieEnding({
  settings,
  routes,
  recorder,
  pipeline,
  runFiles,
  guard,
  messages,
}: Tied): Ending {
  const board = isMainThread ? createWorkerBoard() : settings.board
  const awaitDelivery = (): void => {
    const endsAt = performance.now() + (routes.senders.length > 0 ? settings.exitMs : WORKERS_MS)
    for (const sender of routes.senders) sender.finish(Math.max(0, endsAt - performance.now()))
    if (!isMainThread || board === undefined) return
    const silent = awaitWorkers(board, Math.max(0, endsAt - performance.now()))
    if (silent > 0)
      messages.warn(`${silent} busy worker(s) did not write the last of their telemetry`)
  }
  const ending = createEnding({
    recorder,
    pipeline,
    callWorkers: () => {
      if (isMainThread && board !== undefined) callWorkers(board)
    },
    awaitDelivery,
    writeOutcome: (outcome) => runFiles?.writeOutcome(outcome),
    written: () => worker?.written(),
  })
  const worker =
    isMainThread || board === undefined
      ? undefined
      : enterWorker(board, threadId, () => guard('at its end', () => ending.finish({})))
  endWithProcess({
    ending,
    guard,
    flush: () => pipeline.flush('always'),
    board,
    ownThreads: routes.senders.map(({ thread }) => thread),
  })
  if (isMainThread && board !== undefined) {
    const parent = parentOf(settings, routes.files)
    leaveForChildren(parent, process.env)
    leaveForWorkers({ parent, service: settings.service, board })
  }
  return ending
}

function wrapFetch({ config, folders }: Settings, warning: DiskWarning): void {
  try {
    installUrlHashKey(urlHashKey(process.env, folders.home))
  } catch (error) {
    // The key of the process, made at random, serves: hashes of this run compare with each other only.
    warning(folders.home, error)
  }
  const policies = config.fetch
  const clock = processClock
  wrapGlobalFetch((fetch) =>
    policies === undefined
      ? observeFetch(fetch, { clock })
      : createFetch({ ...policies, fetch, clock }),
  )
  observeClients({ ...config.observe, redact: policies?.redact ?? {}, clock })
}

function intervals({ intervalMs, otlp }: Settings): { itemsMs: number; metricsMs: number } {
  const itemsMs = intervalMs ?? DEFAULT_INTERVAL_MS
  const remote = otlp.destinations.metrics.kind === 'otlp'
  return {
    itemsMs,
    metricsMs: intervalMs ?? (remote ? otlp.metricsIntervalMs : DEFAULT_INTERVAL_MS),
  }
}
