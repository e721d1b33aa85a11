import { defineConfig } from 'vitest/config'

// Tests run on the sources; child processes that tests start run on what `tsc -b` built.
const conditions = ['@plimsoll/source', 'module', 'node', 'development']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'test/**/*.test.ts',
      'examples/**/*.test.ts',
      'grafana/test/**/*.test.ts',
      'pipeline/test/**/*.test.ts',
      'action/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest-results.json' }]],
  },
})
