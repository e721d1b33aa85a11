import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PipelineError } from './pipeline-error.ts'
import { PIPELINE } from './paths.ts'

/** One Go module of pipeline/ and how it is compiled. */
export interface Module {
  readonly name: 'collector' | 'prometheus' | 'compose'
  readonly folder: string
  /** Files that the build leaves behind. */
  readonly programs: readonly string[]
  readonly tags: readonly string[]
  /** Packages to compile, as `go build` takes them. */
  readonly packages: string
  /** What `-X` of the linker sets, given the version of `versionOf`. */
  readonly versionVariable?: string
  /** The Go module whose release these programs are. */
  readonly versionOf: string
}

/** In the order in which they are built. */
export const MODULES: readonly Module[] = [
  {
    name: 'collector',
    folder: join(PIPELINE, 'collector'),
    programs: ['otelcol'],
    tags: [],
    packages: '.',
    versionVariable: 'main.version',
    versionOf: 'go.opentelemetry.io/collector/otelcol',
  },
  {
    name: 'prometheus',
    folder: join(PIPELINE, 'prometheus'),
    programs: ['prometheus', 'promtool'],
    // Discovery of clouds and clusters is most of the code and none of the use.
    tags: ['remove_all_sd'],
    packages: 'tool',
    // Empty in a build from the module proxy, and then /api/v1/status/buildinfo tells clients nothing.
    versionVariable: 'github.com/prometheus/common/version.Version',
    versionOf: 'github.com/prometheus/prometheus',
  },
  {
    name: 'compose',
    folder: join(PIPELINE, 'compose'),
    programs: ['compose'],
    tags: [],
    packages: '.',
    versionOf: 'github.com/compose-spec/compose-go/v2',
  },
]

/**
 * The version of a release as its makers write it: v0.155.0 of the Collector is 0.155.0; Prometheus numbers its Go
 * module v0.315.0 for release 3.15.0.
 *
 * @throws PipelineError when go.mod does not require the module.
 */
export function releaseOf(module: Module): string {
  const file = join(module.folder, 'go.mod')
  const required = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => /^(?:require)?\s*(\S+) v(\S+)/u.exec(line))
    .find((match) => match?.[1] === module.versionOf)
  const version = required?.[2]
  if (version === undefined) throw new PipelineError(`${file} does not require ${module.versionOf}`)
  const prometheus = /^0\.(\d)(\d\d)\.(\d+)$/u.exec(version)
  if (module.name !== 'prometheus' || prometheus === null) return version
  const [, major, minor, patch] = prometheus
  return `${major}.${Number(minor)}.${patch}`
}

/** The files of a module that decide what is built, in a fixed order. */
export function sourcesOf(module: Module): string[] {
  return readdirSync(module.folder)
    .filter((name) => name === 'go.mod' || name === 'go.sum' || name.endsWith('.go'))
    .sort()
    .map((name) => join(module.folder, name))
}
