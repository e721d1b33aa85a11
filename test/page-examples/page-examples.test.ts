import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  globSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// What a reader copies out of a page compiles and runs, with the packages as they are built.

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const PAGES = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root })
const world = join(import.meta.dirname, 'world.mjs')
const preload = join(root, 'packages/register/dist/register.cjs')

interface Example {
  readonly page: string
  readonly name: string
  readonly text: string
}

/** The fenced code of a language, without the indent of a list that it stands in. */
function blocks(page: string, language: string): string[] {
  const fences = read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^\\1\`\`\``, 'gmsu'))
  return [...fences].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gmu'), ''),
  )
}

const examples: readonly Example[] = PAGES.flatMap((page) =>
  blocks(page, 'ts').map((text, at) => {
    const name = `${page.replaceAll(/\W+/gu, '-')}-${at + 1}.mts`
    return { page, name, text }
  }),
)

let folder: string

function node(args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stderr, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', PLIMSOLL_LOG: 'error' },
  })
  return { status, said: stdout + stderr }
}

/** A user's project: the packages, a configuration and a spec of the pages, and a run that was made before. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-pages-')))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const { name, text } of examples) writeFileSync(join(folder, name), text)
  const config = blocks('docs/configuration.md', 'yaml').find((text) => text.includes('fallbacks:'))
  writeFileSync(join(folder, 'plimsoll.config.yaml'), config ?? '')
  writeFileSync(join(folder, 'slo.yaml'), blocks('docs/slo-check.md', 'yaml')[0] ?? '')
  const program = `fetch('https://api.example.org/').then((response) => response.text())`
  const run = node(['-r', preload, '--import', world, '-e', program])
  if (run.status !== 0) throw new Error(run.said)
  const [metrics = ''] = globSync('.plimsoll/runs/*/*.metrics.jsonl', { cwd: folder })
  copyFileSync(join(folder, metrics), join(folder, 'run.metrics.jsonl'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every policy, and every package with code to call, has an example on its page', () => {
  const pages = new Set(examples.map(({ page }) => page))
  // The preload is called from the command line; the pages of its configuration have its functions.
  const without = PAGES.filter((page) => /^(?:docs\/policies|packages)\//u.test(page)).filter(
    (page) => !pages.has(page) && page !== 'packages/register/README.md',
  )

  expect(without).toEqual([])
})

test('the examples compile', () => {
  const options = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      noEmit: true,
      declarationMap: false,
      noUnusedLocals: false,
      customConditions: [],
      rootDir: '/',
    },
    include: ['*.mts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))

  const tsc = join(root, 'node_modules/typescript/bin/tsc')

  expect(node([tsc, '-p', '.'])).toEqual({ status: 0, said: '' })
})

test.each(examples)('$name runs', ({ name, text }) => {
  const preloads = text.includes('@plimsoll/register') ? ['-r', preload] : []

  expect(node([...preloads, '--import', world, name])).toEqual({ status: 0, said: '' })
})
