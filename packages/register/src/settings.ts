import { resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import type { Attributes, DiagLogLevel, TextMapPropagator } from '@opentelemetry/api'
import { validateFetchOptions } from '@plimsoll/fetch'
import type { Sampling } from '@plimsoll/telemetry'
import { CONFIG_DEFAULTS, type Config } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import { diagnosticsOf } from './diagnostics.ts'
import { VARIABLES, type Environment, type Switches } from './environment.ts'
import { foldersOf, type Folders } from './files/run-folder.ts'
import { readOtlpSettings, type OtlpSettings } from './otlp/settings.ts'
import { mainProgram, type Program } from './program.ts'
import { environmentAttributes, serviceOf, type Service } from './resource.ts'
import { inherited } from './run/inheritance.ts'
import { samplingOf } from './sampler.ts'
import { asParent, identify, type Identity, type Parent } from './run/identity.ts'
import { limitsOf, type Limits } from './variables/limits.ts'
import { propagatorOf } from './variables/propagators.ts'
import { detected } from './variables/resource-detectors.ts'
import { withoutEffect } from './variables/without-effect.ts'

/** All that is decided before anything is touched. */
export interface Settings {
  readonly program: Program
  readonly identity: Identity
  readonly service: Service
  /** What `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_NODE_RESOURCE_DETECTORS` add. */
  readonly attributes: Attributes
  readonly config: Config
  /** Absolute path of the configuration, valid or not. */
  readonly configFile: string | undefined
  readonly configIsValid: boolean
  /** Where the configuration was read, to be read again. */
  readonly configSource: ConfigSource | undefined
  /** Milliseconds between looks at the configuration; 0: it is read once. */
  readonly reloadMs: number
  readonly otlp: OtlpSettings
  readonly sampling: Sampling
  readonly limits: Limits
  readonly propagator: TextMapPropagator | undefined
  /** How much OpenTelemetry says of itself. */
  readonly diagnostics: DiagLogLevel | undefined
  readonly folders: Folders
  readonly intervalMs: number | undefined
  /** Milliseconds that an ending process waits for a collector, its workers included. */
  readonly exitMs: number
  /** Memory that a worker shares with its main thread. */
  readonly board: SharedArrayBuffer | undefined
  /** Memory in which a worker keeps what others have to know when it is gone. */
  readonly arena: SharedArrayBuffer | undefined
  /** Id of the thread that started this worker; 0 in the main thread. */
  readonly parentThread: number
  /** A line for each thing that cannot be as it was asked for. */
  readonly problems: readonly string[]
  /** A line for what is asked for and cannot apply, which refuses no start. */
  readonly remarks: readonly string[]
  /** Whether a parent of this process has told of those of the configuration. */
  readonly toldByParent: boolean
}

interface ConfigSource {
  readonly file: string
  /** The working folder of then: a program may leave it. */
  readonly folder: string
  /** What `PLIMSOLL_CONFIG` said. */
  readonly named: string | undefined
  readonly stamp: string
}

const DEFAULT_RELOAD_MS = 1_000
/** With the rest of the end it stays below a second. */
const DEFAULT_EXIT_MS = 900

/** Reads environment, configuration and `package.json`. */
export function readSettings(
  switches: Switches,
  env: Environment,
  cwd: string,
  epochMs: number,
): Settings {
  const left = isMainThread ? undefined : inherited()
  const identity = identify(env, asParent(left?.parent), epochMs)
  const program = mainProgram()
  const loaded = loadConfig(cwd, switches.configFile, validateFetchOptions)
  const configFile = loaded.kind === 'none' ? undefined : loaded.file
  const config = loaded.kind === 'invalid' ? CONFIG_DEFAULTS : loaded.config
  const found = environmentAttributes(env)
  const otlp = readOtlpSettings(env)
  const { sampling, problems: ofSampler } = samplingOf(env)
  const { limits, problems: ofLimits } = limitsOf(env)
  const { propagator, problems: ofPropagator } = propagatorOf(env)
  const { level: diagnostics, problems: ofDiagnostics } = diagnosticsOf(env)
  const machine = detected(env)
  const parentFolder = identity.parent?.folder
  const own = foldersOf(cwd, config.files.dir, identity.runId)
  return {
    program,
    identity,
    config,
    otlp,
    sampling,
    limits,
    propagator,
    diagnostics,
    service:
      left?.service ??
      serviceOf(config, env, found.attributes, {
        program,
        parent: identity.parent?.service,
      }),
    attributes: { ...machine.attributes, ...found.attributes },
    configFile,
    configIsValid: loaded.kind === 'valid',
    configSource:
      loaded.kind === 'none'
        ? undefined
        : { file: loaded.file, folder: cwd, named: switches.configFile, stamp: loaded.stamp },
    reloadMs: switches.reloadMs ?? DEFAULT_RELOAD_MS,
    // One run, one folder, wherever a child has its working folder.
    folders:
      parentFolder === undefined
        ? own
        : {
            home: resolve(parentFolder, '..', '..'),
            runs: resolve(parentFolder, '..'),
            run: parentFolder,
          },
    intervalMs: switches.intervalMs,
    exitMs: switches.exitMs ?? DEFAULT_EXIT_MS,
    board: left?.board,
    arena: left?.arena,
    parentThread: left?.thread ?? 0,
    problems: [
      ...switches.problems,
      ...(loaded.kind === 'invalid' ? loaded.problems : []),
      ...[identity.problem, found.problem].filter((problem) => problem !== undefined),
      ...ofSampler,
      ...ofLimits,
      ...ofPropagator,
      ...ofDiagnostics,
      ...machine.problems,
      ...otlp.problems,
    ],
    remarks: withoutEffect(env),
    toldByParent:
      identity.parent !== undefined && (!isMainThread || identity.parent.config === configFile),
  }
}

/** What this process leaves for those that it starts. */
export function parentOf(settings: Settings, hasFiles: boolean): Parent {
  const { identity, folders, configFile } = settings
  return {
    runId: identity.runId,
    instance: identity.instance,
    service: settings.service.name,
    ...(hasFiles ? { folder: folders.run } : {}),
    ...(configFile === undefined ? {} : { config: configFile }),
  }
}

/** Puts it where `fork`, `cluster` and `spawn` hand it on. */
export function leaveForChildren(parent: Parent, env: NodeJS.ProcessEnv): void {
  env[VARIABLES.runId] = parent.runId
  env[VARIABLES.parent] = JSON.stringify(parent)
}
