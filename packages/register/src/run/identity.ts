import { randomBytes, randomUUID } from 'node:crypto'
import { VARIABLES, set, type Environment } from '../environment.ts'
import { parsedObject } from '../parsed-object.ts'

/** What one process leaves in its environment for those that it starts, and a main thread for its workers. */
export interface Parent {
  readonly runId: string
  /** `service.instance.id` of the process or thread that started this one. */
  readonly instance: string
  /** Absolute path of the run's folder; absent when nothing goes to files. */
  readonly folder?: string | undefined
  /** The name of its service: a script of no package of its own that it starts is part of it. */
  readonly service?: string | undefined
  /** Absolute path of its configuration, whose problems it has told. */
  readonly config?: string | undefined
}

/** Who this process or worker is. */
export interface Identity {
  readonly runId: string
  /** `service.instance.id`: two writers of one series would be data loss. */
  readonly instance: string
  /** Absent in the root: the first process of the run, or one that joined it from outside. */
  readonly parent: Parent | undefined
  /** What to tell the user about the run id that was given. */
  readonly problem: string | undefined
}

const VALID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/u

/** Whether `id` can name a run, and so a folder. */
export function isRunId(id: string): boolean {
  return VALID.test(id)
}

/**
 * Joins the run of the parent, or the one that `PLIMSOLL_RUN_ID` names, or begins one.
 *
 * @param inherited what the main thread left for this worker, in a worker
 */
export function identify(
  env: Environment,
  inherited: Parent | undefined,
  epochMs: number,
): Identity {
  const instance = randomUUID()
  if (inherited !== undefined) {
    return { runId: inherited.runId, instance, parent: inherited, problem: undefined }
  }
  const asked = set(env[VARIABLES.runId])
  const parent = readParent(env[VARIABLES.parent])
  // Whoever gave a child another run id made it the root of that run.
  if (parent !== undefined && (asked === undefined || asked === parent.runId)) {
    return { runId: parent.runId, instance, parent, problem: undefined }
  }
  if (asked !== undefined && isRunId(asked)) {
    return { runId: asked, instance, parent: undefined, problem: undefined }
  }
  const runId = newRunId(epochMs)
  const problem =
    asked === undefined
      ? undefined
      : `${VARIABLES.runId}=${JSON.stringify(asked)} is not a name of 1 to 128 letters, digits, dots, dashes or underscores; this run is ${runId}`
  return { runId, instance, parent: undefined, problem }
}

/** A name that sorts by time: `20261122T051900Z-3f9a1c`. */
export function newRunId(epochMs: number): string {
  const time = new Date(epochMs).toISOString().replaceAll(/[-:]|\.\d+/gu, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}

/** What stands in the environment, if it can be trusted. */
function readParent(value: string | undefined): Parent | undefined {
  if (value === undefined) return undefined
  try {
    return asParent(JSON.parse(value))
  } catch {
    // Not ours, or cut: then this process is the root of a run of its own.
    return undefined
  }
}

/** `value` as a parent, when it has the shape of one. */
export function asParent(value: unknown): Parent | undefined {
  const { runId, instance, folder, service, config } = parsedObject(value) ?? {}
  if (typeof runId !== 'string' || !isRunId(runId) || typeof instance !== 'string') return undefined
  return {
    runId,
    instance,
    folder: string(folder),
    service: string(service),
    config: string(config),
  }
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
