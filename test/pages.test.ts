import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const found = (pattern: string): string[] =>
  globSync(pattern, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**', '**/.work/**'] })

/** The page of each folder of policies, and of what only a client has. */
const POLICY_PAGES: Readonly<Record<string, string>> = {
  breaker: 'circuit-breaker',
  fallback: 'fallback',
  limiter: 'limiter',
  retry: 'retry',
  timeout: 'timeout',
}
const CLIENT_PAGES = ['cache', 'integrity']

test('each policy has a page, and each page a policy', () => {
  const folders = new Set(found('packages/policies/src/*/*.ts').map((file) => dirname(file)))
  const names = [...folders].map((folder) => basename(folder)).filter((name) => name !== 'testing')

  expect(names.toSorted()).toEqual(Object.keys(POLICY_PAGES).toSorted())
  expect(found('docs/policies/*.md').toSorted()).toEqual(
    [...Object.values(POLICY_PAGES), ...CLIENT_PAGES]
      .map((name) => `docs/policies/${name}.md`)
      .toSorted(),
  )
})

const policyPages = found('docs/policies/*.md')
const packagePages = found('packages/*/README.md')

test.each([...policyPages, ...packagePages])(
  '%s says what it is, shows it at work, and tells of options, telemetry and pitfalls',
  (page) => {
    const text = read(page)

    // The first words behind the title are prose.
    expect(text).toMatch(/^# .+\n\n[A-Z`]/u)
    expect(text).toMatch(/^ *(?:```|node )/mu)
    expect(text).toMatch(/^\| (?:option|call|file|import|what) /mu)
    expect(text).toMatch(/^## (?:.* and t|T)elemetry$/mu)
    expect(text).toMatch(/^## Pitfalls$/mu)
  },
)

/** Fields of each interface of options that a package exports. */
function optionsOf(name: string): (readonly [string, string])[] {
  const index = read(`packages/${name}/src/index.ts`)
  return found(`packages/${name}/src/**/*.ts`).flatMap((file) => {
    const interfaces = read(file).matchAll(/^export interface (\w*Options)\b[^{]*\{\n(.*?)^\}/gmsu)
    return [...interfaces]
      .filter(([, type = '']) => new RegExp(`\\b${type}\\b`, 'u').test(index))
      .flatMap(([, type = '', fields = '']) =>
        [...fields.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(<]/gmu)].map(
          ([, field = '']) => [type, field] as const,
        ),
      )
  })
}

test.each([
  ['policies', [...policyPages, 'packages/policies/README.md']],
  ['telemetry', ['packages/telemetry/README.md']],
  ['fetch', [...policyPages, 'packages/fetch/README.md', 'docs/configuration.md']],
  ['promql', ['packages/promql/README.md']],
  ['slo-check', ['packages/slo-check/README.md']],
])('each option that %s exports is named on a page', (name, pages) => {
  const code = pages.flatMap((page) => read(page).match(/```.*?```|`[^`]+`/gsu) ?? []).join('\n')
  const options = optionsOf(name)

  const unnamed = options.filter(([, field]) => !new RegExp(`\\b${field}\\b`, 'u').test(code))
  expect(options).not.toEqual([])
  expect(unnamed).toEqual([])
})

/** Headings as GitHub names them in links. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^ *```.*?^ *```/gmsu, '').matchAll(/^#+ (.*)$/gmu)
  return [...headings].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('every link leads to a file that is there, and to a heading of it', () => {
  test.each(found('**/*.md'))('%s', (page) => {
    const prose = read(page).replaceAll(/^ *```.*?^ *```/gmsu, '')
    const links = [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/gu)].map(([, link = '']) => link)

    const dead = links.filter((link) => {
      const [path = '', heading] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      if (globSync(target, { cwd: root }).length === 0) return true
      return heading !== undefined && !anchorsOf(read(target)).includes(heading)
    })
    expect(dead).toEqual([])
  })
})
