import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ATTRIBUTES, EVENTS, INSTRUMENTS, prometheusName } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each package may import of the others: two halves, joined by names alone. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  semconv: [],
  policies: ['semconv'],
  telemetry: ['policies', 'semconv'],
  fetch: ['policies', 'semconv', 'telemetry'],
  register: ['fetch', 'policies', 'semconv', 'telemetry'],
  promql: [],
  'slo-check': ['promql', 'semconv'],
}

const packages = globSync('packages/*/package.json', { cwd: root }).map((file) =>
  basename(dirname(file)),
)
const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).map((file) =>
  file.replaceAll('\\', '/'),
)
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** What is there when the program runs: imports of types alone are gone by then. */
function runtimeImportsOf(text: string): string[] {
  return importsOf(text.replaceAll(/import type [^']+'[^']+'/gu, ''))
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import|import\()\s*'([^']+)'/gu)].map((match) => match[1] ?? '')
}

describe('the layers', () => {
  test('name every package', () => {
    expect(packages.toSorted()).toEqual(Object.keys(LAYERS).toSorted())
  })

  test.each(packages)('%s imports what its layer allows, and declares it', (name) => {
    const manifest = JSON.parse(read(`packages/${name}/package.json`)) as {
      dependencies?: Record<string, string>
      peerDependencies?: Record<string, string>
    }
    const declared = [
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]
    const own = sources
      .filter((file) => file.startsWith(`packages/${name}/src/`))
      .map((file) => read(file))

    const ours = own
      .flatMap(importsOf)
      .filter((from) => from.startsWith('@plimsoll/'))
      .map((from) => from.split('/')[1] ?? '')
    const foreign = own
      .flatMap(runtimeImportsOf)
      .filter((from) => !from.startsWith('.') && !from.startsWith('node:'))

    expect(ours.filter((from) => !(LAYERS[name] ?? []).includes(from))).toEqual([])
    expect(foreign.map(packageOf).filter((from) => !declared.includes(from))).toEqual([])
  })

  test('only telemetry and register know OpenTelemetry, and only register its SDK', () => {
    const users = sources.filter((file) =>
      importsOf(read(file)).some((from) => from.startsWith('@opentelemetry/')),
    )
    const sdkUsers = sources.filter((file) =>
      importsOf(read(file)).some(
        (from) => from.startsWith('@opentelemetry/') && from !== '@opentelemetry/api',
      ),
    )

    expect(users.filter((file) => !/^packages\/(telemetry|register)\//u.test(file))).toEqual([])
    expect(sdkUsers.filter((file) => !file.startsWith('packages/register/'))).toEqual([])
  })
})

describe('a signal name', () => {
  const names = [
    ...Object.values(INSTRUMENTS).flatMap((instrument) => [
      instrument.name,
      prometheusName(instrument),
    ]),
    ...Object.values(EVENTS).map((event) => event.name),
    ...Object.values(ATTRIBUTES)
      .map((attribute) => attribute.key)
      .filter((key) => key.includes('.')),
  ]

  test('is spelled in semconv and nowhere else', () => {
    const spelled = sources
      .filter((file) => !file.startsWith('packages/semconv/'))
      .flatMap((file) => {
        const literals = [...stripComments(read(file)).matchAll(/'([^'\n]*)'|`([^`]*)`/gu)].map(
          (m) => m[1] ?? m[2] ?? '',
        )
        return names.filter((name) => literals.includes(name)).map((name) => `${file}: ${name}`)
      })

    expect(spelled).toEqual([])
  })
})

function stripComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//gu, '').replaceAll(/(^|\s)\/\/.*$/gmu, '$1')
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
