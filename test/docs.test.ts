import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorsPage, signalsPage } from '../scripts/pages.ts'

const page = (name: string): string =>
  readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')

test('docs/signals.md is what the tables say; `npm run docs` writes it', () => {
  expect(page('signals.md')).toBe(signalsPage())
})

test('docs/errors.md is what the tables say; `npm run docs` writes it', () => {
  expect(page('errors.md')).toBe(errorsPage())
})
