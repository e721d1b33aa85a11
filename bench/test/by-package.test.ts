import { expect, test } from 'vitest'
import { byPackage, type CpuProfile } from '../profile/by-package.ts'

function profile(frames: readonly (readonly [url: string, micros: number, name?: string])[]) {
  return {
    nodes: frames.map(([url, , functionName = 'f'], id) => ({
      id,
      callFrame: { functionName, url },
    })),
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(([, micros]) => micros),
  } satisfies CpuProfile
}

test('self time is told by package, the largest first, and idle time is none', () => {
  const shares = byPackage(
    profile([
      ['file:///clone/packages/fetch/dist/policed-call.js', 5],
      ['file:///clone/packages/fetch/dist/attempts.js', 6],
      ['file:///clone/node_modules/undici/lib/core/request.js', 30],
      ['file:///clone/bench/node_modules/@opentelemetry/sdk-metrics/dist/utils.cjs', 4],
      ['file:///clone/node_modules/a/node_modules/b/index.js', 3],
      ['node:internal/deps/undici/undici', 20],
      ['node:net', 10],
      ['', 2, 'parse'],
      ['', 1, '(garbage collector)'],
      ['', 1_000, '(idle)'],
      ['file:///clone/bench/calls/load.ts', 0.5],
    ]),
  )

  expect(shares.map(({ name, micros }) => [name, micros])).toEqual([
    ['undici', 30],
    ['undici of Node (the platform’s fetch)', 20],
    ['@plimsoll/fetch', 11],
    ['Node', 10],
    ['@opentelemetry/sdk-metrics', 4],
    ['b', 3],
    ['builtins of V8', 2],
    ['garbage collection', 1],
    ['the program that calls', 0.5],
  ])
})
