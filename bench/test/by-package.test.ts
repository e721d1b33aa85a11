import { expect, test } from 'vitest'
import { byPackage, type CpuProfile } from '../profile/by-package.ts'

/** A profile of so many looks at each frame. */
function profile(frames: readonly (readonly [url: string, looks: number, name?: string])[]) {
  return {
    nodes: frames.map(([url, , functionName = 'f'], id) => ({
      id,
      callFrame: { functionName, url },
    })),
    samples: frames.flatMap(([, looks], id) => Array.from({ length: looks }, () => id)),
  } satisfies CpuProfile
}

test('self time is told by package, the largest first, and idle time is none', () => {
  const shares = byPackage(
    profile([
      ['file:///clone/packages/fetch/dist/policed-call.js', 5],
      ['file:///clone/packages/fetch/dist/attempts.js', 6],
      ['file:///clone/node_modules/undici/lib/core/request.js', 40],
      ['file:///clone/bench/node_modules/@opentelemetry/sdk-metrics/dist/utils.cjs', 9],
      ['file:///clone/node_modules/a/node_modules/b/index.js', 3],
      ['node:internal/deps/undici/undici', 20],
      ['node:net', 10],
      ['', 4, 'parse'],
      ['', 2, '(garbage collector)'],
      ['', 1_000, '(idle)'],
      ['file:///clone/bench/calls/load.ts', 1],
    ]),
  )

  expect(shares.map(({ name, share }) => [name, Math.round(share * 100)])).toEqual([
    ['undici', 40],
    ['undici of Node (the platform’s fetch)', 20],
    ['@plimsoll/fetch', 11],
    ['Node', 10],
    ['@opentelemetry/sdk-metrics', 9],
    ['builtins of V8', 4],
    ['b', 3],
    ['garbage collection', 2],
    ['the program that calls', 1],
  ])
})
