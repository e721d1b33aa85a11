import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLeftAlone, mainProgram } from '../src/program.ts'
import { programFolder } from './support/program.ts'

const FILES = {
  'package.json': '{"name": "shop", "version": "1.0.0"}',
  'src/app.js': '',
  'test/a.test.js': '',
  'node_modules/vitest/package.json': '{"name": "vitest", "bin": {"vitest": "vitest.mjs"}}',
  'node_modules/vitest/vitest.mjs': '',
  'node_modules/vitest/dist/workers/forks.js': '',
  'node_modules/npm/package.json': '{"name": "npm", "bin": {"npx": "bin/npx-cli.js"}}',
  'node_modules/npm/bin/npx-cli.js': '',
  'node_modules/@plimsoll/slo-check/package.json':
    '{"name": "@plimsoll/slo-check", "bin": {"slo-check": "bin/slo-check.js"}}',
  'node_modules/@plimsoll/slo-check/bin/slo-check.js': '',
}

function program(...typed: readonly string[]) {
  const folder = programFolder(FILES)
  return mainProgram(['node', ...typed.map((path) => join(folder, path))], folder)
}

test.each([
  ['a script', ['src/app.js']],
  ['a test file that node --test started', ['test/a.test.js']],
  ['node --test itself, which has no script', []],
  ['a command of an installed package', ['node_modules/vitest/vitest.mjs']],
  ['a process that such a command started', ['node_modules/vitest/dist/workers/forks.js']],
])('%s is of the project, and is observed', (_, typed) => {
  const found = program(...typed)

  expect(found.project).toMatchObject({ name: 'shop', version: '1.0.0' })
  expect(isLeftAlone(found)).toBe(false)
})

test.each(['node_modules/npm/bin/npx-cli.js', 'node_modules/@plimsoll/slo-check/bin/slo-check.js'])(
  'launchers and our own commands are left alone: %s',
  (path) => {
    expect(isLeftAlone(program(path))).toBe(true)
  },
)
