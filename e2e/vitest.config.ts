import { defineConfig } from 'vitest/config'

// Real binaries: `npm run e2e`. One file at a time, for most of them start servers and measure.
const conditions = ['@plimsoll/source', 'module', 'node', 'development']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['e2e/**/*.test.ts'],
    globalSetup: ['e2e/session.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 1_200_000, // the first one builds the binaries
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest-e2e-results.json' }]],
  },
})
