import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { parsedObject } from './parsed-object.ts'

/** What of a `package.json` matters here. */
interface Package {
  readonly folder: string
  readonly name: string | undefined
  readonly version: string | undefined
  /** Absolute paths of its commands. */
  readonly commands: readonly string[]
  /** A workspace root is a folder of programs, not one of them. */
  readonly isWorkspaceRoot: boolean
}

/** The program that Node was asked to run. */
export interface Program {
  /** Absolute path of the main script, links followed; absent with `-e`, `-p` and in a REPL. */
  readonly script: string | undefined
  /** As it was typed, without its folder: the name of the link `npx`, say. */
  readonly command: string
  /** That of the script. */
  readonly package: Package | undefined
  /**
   * That after which the program is called: of the script, unless this is a command of an installed package (`next`,
   * `vitest`) or there is none (`node --test`): those run the project in whose folder they were started.
   */
  readonly project: Package | undefined
}

/** Launchers and tools, whose own requests are nobody's telemetry. `NODE_OPTIONS=-r …` loads them too. */
const LAUNCHERS: ReadonlySet<string> = new Set([
  'npm',
  'corepack',
  'yarn',
  'pnpm',
  '@yarnpkg/cli',
  '@yarnpkg/cli-dist',
])
const OWN_PACKAGES = '@plimsoll/'

/** Reads `argv` and the `package.json` nearest to the main script. */
export function mainProgram(
  argv: readonly string[] = process.argv,
  cwd = workingFolder(),
): Program {
  const typed = argv[1]
  if (typed === undefined || typed === '-') {
    const project = cwd === undefined ? undefined : nearestPackage(cwd)
    return { script: undefined, command: 'node', package: undefined, project }
  }
  const script = realPath(resolve(cwd ?? sep, typed))
  const owner = nearestPackage(dirname(script))
  const isInstalled = script.split(sep).includes('node_modules')
  const project = isInstalled && cwd !== undefined ? (nearestPackage(cwd) ?? owner) : owner
  return { script, command: basename(typed), package: owner, project }
}

/** Whether the program is a command of a launcher or of ours. */
export function isLeftAlone(program: Program): boolean {
  const { script, package: owner } = program
  if (script === undefined || owner?.name === undefined) return false
  if (!LAUNCHERS.has(owner.name) && !owner.name.startsWith(OWN_PACKAGES)) return false
  return owner.commands.includes(script)
}

function workingFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    // Deleted under the program's feet, which need not mind.
    return undefined
  }
}

function nearestPackage(start: string): Package | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = readPackage(folder)
    if (found !== undefined) return found
    if (dirname(folder) === folder) return undefined
  }
}

function readPackage(folder: string): Package | undefined {
  const content = readJson(join(folder, 'package.json'))
  if (content === undefined) return undefined
  const { name, version, bin, workspaces } = content
  const commands = typeof bin === 'string' ? [bin] : Object.values(parsedObject(bin) ?? {})
  return {
    folder,
    name: text(name),
    version: text(version),
    commands: commands
      .filter((path) => typeof path === 'string')
      .map((path) => realPath(resolve(folder, path))),
    isWorkspaceRoot: workspaces !== undefined,
  }
}

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    return parsedObject(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // Absent, unreadable or no JSON: then it names nothing, and Node itself will say what it thinks of it.
    return undefined
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // `node app` for app.js: Node adds the extension later.
    return path
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
