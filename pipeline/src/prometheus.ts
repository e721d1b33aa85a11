import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PipelineError } from './pipeline-error.ts'
import { ROOT } from './paths.ts'
import type { Ports } from './ports.ts'
import { startServer, type Server } from './server.ts'

export interface PrometheusOptions {
  readonly prometheus: string
  /** Folder of its configuration, data and log. */
  readonly dir: string
  readonly ports: Ports
  /** More flags; a flag of prometheus/flags that is given again here is replaced. */
  readonly flags?: readonly string[]
  /** More rule files, beside those of prometheus/rules. */
  readonly ruleFiles?: readonly string[]
}

const HOST = '127.0.0.1'
const CONFIGURATION = join(ROOT, 'prometheus')

/** Runs prometheus/prometheus.yml, its rules and its flags as they stand; the targets to scrape are written for this place. */
export async function startPrometheus(options: PrometheusOptions): Promise<Server> {
  const { dir, ports } = options
  const config = writeConfiguration(options)
  const url = `http://${HOST}:${ports.prometheus}`
  return startServer({
    command: options.prometheus,
    args: prometheusArguments({ config, dir, ports, flags: options.flags }),
    url,
    health: '/-/ready',
    log: join(dir, 'prometheus.log'),
  })
}

/** Copies prometheus/ with other targets, for Prometheus reads no variables; gives the path of the copied prometheus.yml. */
function writeConfiguration({ dir, ports, ruleFiles = [] }: PrometheusOptions): string {
  const copy = join(dir, 'etc')
  rmSync(copy, { recursive: true, force: true })
  cpSync(CONFIGURATION, copy, { recursive: true })
  mkdirSync(join(copy, 'rules'), { recursive: true })
  for (const file of ruleFiles) cpSync(file, join(copy, 'rules', basename(file)))
  writeFileSync(join(copy, 'targets', 'pipeline.yml'), renderTargets(ports))
  return join(copy, 'prometheus.yml')
}

/** The native counterpart of prometheus/targets/pipeline.yml. */
export function renderTargets(ports: Pick<Ports, 'telemetry' | 'prometheus'>): string {
  const target = (job: string, port: number): string =>
    `- targets: ['${HOST}:${port}']\n  labels: { job: ${job} }\n`
  return target('otelcol', ports.telemetry) + target('prometheus', ports.prometheus)
}

interface Arguments {
  readonly config: string
  readonly dir: string
  readonly ports: Pick<Ports, 'prometheus'>
  readonly flags?: readonly string[] | undefined
}

/** prometheus/flags, and what belongs to this place. */
export function prometheusArguments({ config, dir, ports, flags = [] }: Arguments): string[] {
  const given = new Set(flags.map(nameOf))
  return [
    ...sharedFlags().filter((flag) => !given.has(nameOf(flag))),
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=${HOST}:${ports.prometheus}`,
    ...flags,
  ]
}

/** The flags that docker-compose.yml and the native pipeline share: one a line, comments begin with #. */
function sharedFlags(): string[] {
  const file = join(CONFIGURATION, 'flags')
  const flags = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const wrong = flags.find((flag) => !/^--\S+$/u.test(flag))
  if (wrong !== undefined) {
    throw new PipelineError(`${file}: not a flag: ${JSON.stringify(wrong)}`)
  }
  return flags
}

function nameOf(flag: string): string {
  return flag.split('=', 1)[0] ?? flag
}
