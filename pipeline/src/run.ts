import { HELP, parseArguments, type Command } from './arguments.ts'
import { buildBinaries } from './build.ts'
import { assertUnclaimed, claim } from './claim.ts'
import { startPipeline, type Pipeline } from './pipeline.ts'
import { PipelineError } from './pipeline-error.ts'
import { tailOf, type Server } from './server.ts'

/** `npm run pipeline`: exit code 0 when it was stopped, 1 when something failed. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await follow(parseArguments(args))
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    console.error(error.message)
    return 1
  }
}

function follow(command: Command): Promise<number> {
  if (command.kind === 'run') return serve(command)
  if (command.kind === 'build') return build()
  console.log(HELP)
  return Promise.resolve(0)
}

const log = (line: string): void => console.error(line)

async function build(): Promise<number> {
  const binaries = await Promise.race([buildBinaries({ log }), signalled()])
  if (binaries === 'stopped') return 1
  for (const [name, path] of Object.entries(binaries)) console.log(`${name}=${path}`)
  return 0
}

async function serve({ dir, ports }: Extract<Command, { kind: 'run' }>): Promise<number> {
  const stopped = signalled()
  await assertUnclaimed(dir)
  const started = await Promise.race([startPipeline({ dir, ports, log }), stopped])
  // What was begun by then ends with this process.
  if (started === 'stopped') return 1
  const unclaim = claim(dir, started)
  try {
    return await attend(started, dir, stopped)
  } finally {
    await started[Symbol.asyncDispose]()
    unclaim()
  }
}

/** Until somebody stops it, or a server ends by itself. */
async function attend(
  pipeline: Pipeline,
  dir: string,
  stopped: Promise<'stopped'>,
): Promise<number> {
  console.log(greeting(pipeline, dir))
  const ended = await Promise.race([stopped, firstEnd(pipeline)])
  if (ended === 'stopped') return 0
  log(
    `the server at ${ended.url} has ended; the end of ${ended.log}:\n${tailOf(ended.log)}\nStopping the rest.`,
  )
  return 1
}

function signalled(): Promise<'stopped'> {
  return new Promise((resolve) => {
    // SIGHUP: the terminal was closed. The servers take it for "read your configuration again", and would stay.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve('stopped'))
    }
  })
}

async function firstEnd({ collector, prometheus }: Pipeline): Promise<Server> {
  const end = async (server: Server): Promise<Server> => {
    await server.ended
    return server
  }
  return Promise.race([end(collector), end(prometheus)])
}

/** Addresses, and the two lines to go on with. */
function greeting({ collector, prometheus }: Pipeline, dir: string): string {
  return `
  OTLP             ${collector.otlpHttp} (HTTP), ${collector.otlpGrpc} (gRPC)
  Prometheus       ${prometheus.url}
  Scrape           ${collector.scrape}
  Telemetry        ${collector.telemetry}
  Files, logs      ${dir}

  export OTEL_EXPORTER_OTLP_ENDPOINT=${collector.otlpHttp}
  npx slo-check slo.yaml --prometheus ${prometheus.url}     (--run ID where there are several)

  Ctrl-C stops it; data stay.`
}
