import { join } from 'node:path'
import { SloCheckError } from '../error.ts'
import {
  latestRun,
  namedRun,
  openRunFolder,
  runFolders,
  type InstanceFiles,
  type RunFolder,
} from './run-folder.ts'
import type { SourceDescription } from './source.ts'

/** What to check. */
export interface Choice {
  /** Where the preload keeps its runs. */
  readonly dir: string
  /** Run id, or where no OTLP files are given also a run's folder; null for the latest run or the only one. */
  readonly run: string | null
  /** Files of OTLP JSON lines; empty for a run's folder. */
  readonly otlp: readonly string[]
}

/** Which files to load, and which run of theirs to check. */
export interface SourcePlan {
  readonly description: SourceDescription
  readonly wantedRun: string | null
  /** Instances that must be heard of for the run to be whole. */
  readonly instances: readonly InstanceFiles[]
  readonly warnings: readonly string[]
}

/**
 * Finds the files of a choice, before any engine is needed.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND`, `ERR_PLIMSOLL_RUN_NOT_A_RUN` or `ERR_PLIMSOLL_RUN_NO_DATA`.
 */
export function planSource(choice: Choice): SourcePlan {
  if (choice.otlp.length > 0) {
    return {
      description: { kind: 'otlp-files', name: choice.otlp.join(', '), files: choice.otlp },
      wantedRun: choice.run,
      instances: [],
      warnings: [],
    }
  }
  const path = choice.run === null ? latestRun(choice.dir) : namedRun(choice.dir, choice.run)
  const { id, metricsFiles, instances, warnings } = openRunFolder(path)
  return {
    description: { kind: 'run-folder', name: path, files: metricsFiles },
    wantedRun: id,
    instances,
    warnings,
  }
}

/**
 * Finds the files of every run, for a window over all of them.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_RUN_NOT_FOUND` when there is none.
 */
export function planWindow(choice: Omit<Choice, 'run'>): SourcePlan {
  if (choice.otlp.length > 0) return planSource({ ...choice, run: null })
  const found = runFolders(choice.dir).map(openedOrWarning)
  return {
    description: {
      kind: 'run-folder',
      name: join(choice.dir, 'runs'),
      files: found.flatMap(({ metricsFiles }) => metricsFiles),
    },
    wantedRun: null,
    instances: [],
    warnings: found.flatMap(({ warnings }) => warnings),
  }
}

/** One run without data is no reason not to judge the others. */
function openedOrWarning(path: string): Pick<RunFolder, 'metricsFiles' | 'warnings'> {
  try {
    return openRunFolder(path)
  } catch (error) {
    const isEmpty =
      error instanceof SloCheckError &&
      (error.code === 'ERR_PLIMSOLL_RUN_NO_DATA' || error.code === 'ERR_PLIMSOLL_RUN_NOT_A_RUN')
    if (!isEmpty) throw error
    return { metricsFiles: [], warnings: [error.message] }
  }
}
