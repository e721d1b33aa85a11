import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPipeline, type Pipeline, type PipelineOptions } from '../../pipeline/src/index.ts'
import { startObserved, type Observed, type ObservedOptions } from './observed.ts'
import { startOrigin, type Origin } from './origin.ts'
import { startProxy, type LinkFault, type Proxy } from './proxy.ts'

export interface SceneOptions {
  readonly pipeline?: Omit<PipelineOptions, 'dir'>
  readonly program?: Partial<ObservedOptions>
  /** Where the proxy stands. */
  readonly link?: 'to the Collector' | 'to Prometheus'
  /** How its link is from the start. */
  readonly fault?: LinkFault
}

/** An observed program that calls its origin, and the pipeline that its telemetry goes to. */
export interface Scene extends AsyncDisposable {
  readonly dir: string
  readonly runId: string
  readonly origin: Origin
  readonly pipeline: Pipeline
  readonly proxy: Proxy
  readonly program: Observed
}

const CALLS_PER_SECOND = 100

export async function openScene(name: string, options: SceneOptions = {}): Promise<Scene> {
  const closing = new AsyncDisposableStack()
  try {
    const dir = mkdtempSync(join(tmpdir(), 'plimsoll-fault-'))
    closing.defer(() => rmSync(dir, { recursive: true, force: true }))
    const proxy = closing.use(await startProxy())
    const toPrometheus = options.link === 'to Prometheus'
    const pipeline = closing.use(
      await startPipeline({
        dir,
        ...options.pipeline,
        ...(toPrometheus ? { prometheusEndpoint: proxy.url } : {}),
      }),
    )
    proxy.to(toPrometheus ? pipeline.prometheus.url : pipeline.collector.otlpHttp)
    await proxy.set(options.fault ?? { kind: 'none' })
    const origin = closing.use(await startOrigin())
    const work = join(dir, 'program')
    mkdirSync(work)
    const runId = name.replaceAll(/[^a-z0-9]+/giu, '-')
    const program = closing.use(
      startObserved({
        dir: work,
        origin: origin.url,
        endpoint: options.link === 'to the Collector' ? proxy.url : pipeline.collector.otlpHttp,
        runId,
        callsPerSecond: CALLS_PER_SECOND,
        ...options.program,
      }),
    )
    const stack = closing.move()
    return {
      dir,
      runId,
      origin,
      pipeline,
      proxy,
      program,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}
