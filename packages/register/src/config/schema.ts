import { nameHint, nearest } from '@plimsoll/policies'
import { INSTRUMENTS, NAMESPACE } from '@plimsoll/semconv'
import { parsedObject } from '../parsed-object.ts'
import { CONFIG_DEFAULTS, type Config } from './config.ts'
import type { Path } from './source.ts'

/** What is wrong with one key or value. */
export interface Problem {
  readonly path: Path
  readonly part: 'key' | 'value'
  readonly message: string
}

/** Every section but `fetch`, which its own package judges. */
export type PlainConfig = Omit<Config, 'fetch'>

const SECTIONS = ['service', 'fetch', 'observe', 'metrics', 'files'] as const
/** Where an editor finds the schema of the file. */
const SCHEMA_KEY = '$schema'

/** Reads the sections of the configuration, and collects every problem rather than the first. */
export function readSections(value: unknown): {
  config: PlainConfig
  problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const root = mapping(value, [], problems)
  const of = (section: string) => mapping(root[section], [section], problems)
  const { [SCHEMA_KEY]: schema, ...sections } = root
  name(schema, [SCHEMA_KEY], problems)
  unknownKeys(sections, [], SECTIONS, problems)
  const config = {
    service: readService(of('service'), problems),
    observe: readObserve(of('observe'), problems),
    metrics: readMetrics(of('metrics'), problems),
    files: readFiles(of('files'), problems),
  }
  return { config, problems }
}

function readService(section: Section, problems: Problem[]): PlainConfig['service'] {
  unknownKeys(section, ['service'], ['name', 'version'], problems)
  const text = (key: string) => name(section[key], ['service', key], problems)
  return { name: text('name'), version: text('version') }
}

function readObserve(section: Section, problems: Problem[]): PlainConfig['observe'] {
  unknownKeys(section, ['observe'], ['http', 'undici'], problems)
  const defaults = CONFIG_DEFAULTS.observe
  const of = (key: string) => isOn(section[key], ['observe', key], problems)
  return { http: of('http') ?? defaults.http, undici: of('undici') ?? defaults.undici }
}

function readMetrics(section: Section, problems: Problem[]): PlainConfig['metrics'] {
  unknownKeys(section, ['metrics'], ['boundaries', 'maxHosts'], problems)
  const path = ['metrics', 'boundaries']
  // An instrument of the program's may be called as every object's own members are.
  const boundaries = Object.create(null) as Record<string, readonly number[]>
  for (const [instrument, list] of Object.entries(mapping(section['boundaries'], path, problems))) {
    instrumentName(instrument, [...path, instrument], problems)
    boundaries[instrument] = numbers(list, [...path, instrument], problems)
  }
  const { maxHosts } = CONFIG_DEFAULTS.metrics
  return {
    boundaries,
    maxHosts: whole(section['maxHosts'], ['metrics', 'maxHosts'], 1, 10_000, problems) ?? maxHosts,
  }
}

function readFiles(section: Section, problems: Problem[]): PlainConfig['files'] {
  unknownKeys(section, ['files'], ['dir', 'keepRuns', 'maxMegabytes'], problems)
  const of = (key: string, low: number, high: number) =>
    whole(section[key], ['files', key], low, high, problems)
  const defaults = CONFIG_DEFAULTS.files
  return {
    dir: name(section['dir'], ['files', 'dir'], problems) ?? defaults.dir,
    keepRuns: of('keepRuns', 1, 100_000) ?? defaults.keepRuns,
    maxMegabytes: of('maxMegabytes', 1, 1_000_000) ?? defaults.maxMegabytes,
  }
}

export type Section = Readonly<Record<string, unknown>>

function mapping(value: unknown, path: Path, problems: Problem[]): Section {
  // An empty file, or a key with nothing behind it, says nothing.
  if (value === undefined || value === null) return {}
  const section = parsedObject(value)
  if (section !== undefined) return section
  problems.push({
    path,
    part: 'value',
    message: `${at(path)} must be a mapping, got ${shown(value)}`,
  })
  return {}
}

/** A problem for each key of `section` that is none of `known`. */
export function unknownKeys(
  section: Section,
  path: Path,
  known: readonly string[],
  problems: Problem[],
): void {
  for (const key of Object.keys(section)) {
    if (known.includes(key)) continue
    problems.push({
      path: [...path, key],
      part: 'key',
      message: `unknown key ${at([...path, key])}; ${nameHint(key, known)}`,
    })
  }
}

function name(value: unknown, path: Path, problems: Problem[]): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.trim() !== '') return value
  const quote = typeof value === 'number' ? ' (write it in quotes)' : ''
  problems.push({
    path,
    part: 'value',
    message: `${at(path)} must be a text, got ${shown(value)}${quote}`,
  })
  return undefined
}

function isOn(value: unknown, path: Path, problems: Problem[]): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  const message = `${at(path)} must be true or false, got ${shown(value)}`
  problems.push({ path, part: 'value', message })
  return undefined
}

function whole(
  value: unknown,
  path: Path,
  low: number,
  high: number,
  problems: Problem[],
): number | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) {
    return value as number
  }
  const message = `${at(path)} must be a whole number from ${low} to ${high}, got ${shown(value)}`
  problems.push({ path, part: 'value', message })
  return undefined
}

function numbers(value: unknown, path: Path, problems: Problem[]): readonly number[] {
  if (Array.isArray(value) && value.length > 0) {
    const wrong = value.findIndex((item) => !Number.isFinite(item))
    if (wrong === -1) return value as readonly number[]
    const message = `${at([...path, wrong])} must be a number, got ${shown(value[wrong])}`
    problems.push({ path: [...path, wrong], part: 'value', message })
    return []
  }
  problems.push({
    path,
    part: 'value',
    message: `${at(path)} must be a list of numbers, got ${shown(value)}`,
  })
  return []
}

const HISTOGRAMS: readonly string[] = Object.values(INSTRUMENTS)
  .filter(({ kind }) => kind === 'histogram')
  .map(({ name }) => name)

/** A program may have histograms of its own under other names; ours must be spelled right. */
function instrumentName(instrument: string, path: Path, problems: Problem[]): void {
  if (!instrument.startsWith(`${NAMESPACE}.`) || HISTOGRAMS.includes(instrument)) return
  const near = nearest(instrument, HISTOGRAMS)
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  problems.push({ path, part: 'key', message: `${instrument} is no histogram${hint}` })
}

/** `files.maxMegabytes`, `metrics.boundaries[0]`. */
function at(path: Path): string {
  if (path.length === 0) return 'the configuration'
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./u, '')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
