import { readFileSync } from 'node:fs'
import { ANNOTATION_NAMESPACE, ERROR_CODES } from '@plimsoll/semconv'
import { parseSpecs } from '@plimsoll/slo-check'
import { expect, test } from 'vitest'
import { HELP } from '../src/cli/help.ts'
import { rulesCommand } from '../src/cli/rules-command.ts'
import { annotationName } from '../src/spec/annotations.ts'

const DOCS = readFileSync(new URL('../../../docs/slo-check.md', import.meta.url), 'utf8')
const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

function blocks(language: string): string[] {
  return [...DOCS.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'gu'))].map(
    ([, text = '']) => text,
  )
}

test('the spec of the page is valid', () => {
  const [text = ''] = blocks('yaml')

  expect(parseSpecs([{ name: 'docs', text }]).objectives).toMatchObject([
    { slo: 'yield', target: 0.85, minSamples: 20 },
  ])
})

test('the objective of the page is one of a golden report', () => {
  const golden = readFileSync(new URL('golden/harvest.calm.report.json', import.meta.url), 'utf8')
  const [text = ''] = blocks('json')

  const shown = JSON.parse(text) as { objectives: unknown[] }

  const all = JSON.parse(golden) as { objectives: unknown[] }
  expect(all).toMatchObject({
    ...shown,
    objectives: expect.arrayContaining(shown.objectives) as unknown,
  })
})

test('the page knows every annotation, and no code that does not exist', () => {
  for (const name of ['kind', 'quantile', 'min-samples', 'no-data', 'unit'] as const)
    expect(DOCS).toMatch(new RegExp(`^\\| \`${annotationName(name)}\` +\\|`, 'mu'))
  const named = [...DOCS.matchAll(new RegExp(`\`${ANNOTATION_NAMESPACE}/([a-z-]+)\``, 'gu'))]
  expect(new Set(named.map(([, name]) => name)).size).toBe(5)
  for (const [code] of DOCS.matchAll(/ERR_PLIMSOLL_\w+/gu)) expect(ERROR_CODES).toHaveProperty(code)
})

test('the README and the helps of both commands name the same options', () => {
  const options = (text: string): string[] =>
    [...new Set([...text.matchAll(/--[a-z][a-z-]+/gu)].map(([option]) => option))].toSorted()

  const helps = [HELP, rulesCommand.help].join('\n')
  const inHelp = options(helps).filter((option) => !['--version', '--help'].includes(option))

  expect(options(README)).toEqual(inHelp)
})
