import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorsPage, signalsPage } from '../scripts/pages.ts'
import { PAGES_WITH_SIGNALS, withSignals } from '../scripts/signals-of-pages.ts'

const page = (name: string): string =>
  readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')

test('docs/signals.md is what the tables say; `npm run docs` writes it', () => {
  expect(page('signals.md')).toBe(signalsPage())
})

test.each(PAGES_WITH_SIGNALS)('%s lists its signals as the tables have them', (path) => {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

  expect(text).toBe(withSignals(path, text))
})

test('docs/errors.md is what the tables say; `npm run docs` writes it', () => {
  expect(page('errors.md')).toBe(errorsPage())
})
