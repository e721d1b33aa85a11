import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedFiles } from '../src/index.ts'
import { REPOSITORY } from './dashboard-files.ts'

test.each([...generatedFiles()])(
  '%s is what the sources say; `npm run docs` writes it',
  (path, text) => {
    expect(readFileSync(join(REPOSITORY, path), 'utf8')).toBe(text)
  },
)

test('there is no dashboard that nobody generates', () => {
  const committed = globSync('grafana/dashboards/*', { cwd: REPOSITORY })

  expect(committed.filter((path) => !generatedFiles().has(path))).toEqual([])
})
