import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildBinaries, type Binaries } from './build.ts'
import { startCollector, type Collector } from './collector.ts'
import { assertFree, freePorts, STANDARD_PORTS, type Ports } from './ports.ts'
import { startPrometheus } from './prometheus.ts'
import type { Server } from './server.ts'

export interface PipelineOptions {
  /** Folder of all data and logs. What a pipeline left there before is taken up again. */
  readonly dir: string
  /** `standard`: 4317, 4318, 8888, 8889, 13133, 9090. Default: `free`, chosen at random. */
  readonly ports?: 'free' | 'standard'
  /** Variables of collector-config.yaml. */
  readonly collectorEnv?: Readonly<Record<string, string>>
  /** More `--config` of the Collector: files or `yaml:` snippets, merged over collector-config.yaml in their order. */
  readonly collectorConfigs?: readonly string[]
  /** Base URL that the Collector pushes metrics to. Default: the Prometheus of this pipeline. */
  readonly prometheusEndpoint?: string
  /** More flags of Prometheus; one that prometheus/flags has too is replaced. */
  readonly prometheusFlags?: readonly string[]
  /** More rule files, beside those of prometheus/rules. */
  readonly ruleFiles?: readonly string[]
  /** Told what is built. Default: silence. */
  readonly log?: (line: string) => void
}

/** Collector and Prometheus, running. Disposing of it stops both; data stay. */
export interface Pipeline extends AsyncDisposable {
  readonly collector: Collector
  readonly prometheus: Server
}

/**
 * Builds what must be built, and starts Prometheus and the Collector on 127.0.0.1.
 *
 * @throws PipelineError when a port is in use, a server does not start, or the programs cannot be built.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { log } = options
  const binaries = await buildBinaries(log === undefined ? {} : { log })
  const ports = options.ports === 'standard' ? STANDARD_PORTS : await freePorts()
  if (options.ports === 'standard') await assertFree(ports)
  return start(options, binaries, ports)
}

async function start(
  options: PipelineOptions,
  binaries: Binaries,
  ports: Ports,
): Promise<Pipeline> {
  const folder = (name: string): string => {
    const path = join(resolve(options.dir), name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const prometheus = await startPrometheus({
    prometheus: binaries.prometheus,
    dir: folder('prometheus'),
    ports,
    ...(options.prometheusFlags === undefined ? {} : { flags: options.prometheusFlags }),
    ...(options.ruleFiles === undefined ? {} : { ruleFiles: options.ruleFiles }),
  })
  try {
    const collector = await startCollector({
      otelcol: binaries.otelcol,
      dir: folder('collector'),
      ports,
      prometheusEndpoint: options.prometheusEndpoint ?? prometheus.url,
      ...(options.collectorEnv === undefined ? {} : { env: options.collectorEnv }),
      ...(options.collectorConfigs === undefined ? {} : { configs: options.collectorConfigs }),
    })
    return {
      collector,
      prometheus,
      async [Symbol.asyncDispose]() {
        // The Collector first: with Prometheus gone before it, its log would end in complaints.
        await collector.stop()
        await prometheus.stop()
      },
    }
  } catch (error) {
    await prometheus.stop()
    throw error
  }
}
