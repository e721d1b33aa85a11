import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('what Node runs as it is written is what Node 22 can read: no `using`', () => {
  const files = globSync(
    [
      '{pipeline,grafana,examples,scripts,bench,packages/*/scripts}/**/*.{ts,mts,mjs,cjs,js}',
      'e2e/cost/*.mjs',
    ],
    { cwd: root, exclude: ['**/*.test.ts', '**/.work/**', '**/dist/**', '**/node_modules/**'] },
  )

  const using = files.filter((file) =>
    /^\s*(?:await )?using \w+ =|\bnew (?:Async)?DisposableStack\b/mu.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  )

  expect(files.length).toBeGreaterThan(50)
  expect(using).toEqual([])
})
