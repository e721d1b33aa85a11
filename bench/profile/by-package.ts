/** What is read of a profile in the format of Chrome's DevTools (`.cpuprofile`). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  /** The node that ran at each look. */
  readonly samples: readonly number[]
}

export interface Share {
  readonly name: string
  /** Of all looks at which something ran, from 0 to 1. */
  readonly share: number
}

/**
 * Self time by package, the largest first. Looks are counted, not the time between them: that also passes while the
 * machine runs something else. Looks at which nothing ran are left out.
 */
export function byPackage({ nodes, samples }: CpuProfile): readonly Share[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, packageOf(callFrame)]))
  const running = samples.map((sample) => names.get(sample)).filter((name) => name !== undefined)
  return [...Map.groupBy(running, (name) => name)]
    .map(([name, looks]) => ({ name, share: looks.length / running.length }))
    .toSorted((a, b) => b.share - a.share)
}

/** The package that a function is of, or a word for what is of none. `undefined` where nothing ran. */
function packageOf({
  functionName,
  url,
}: CpuProfile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)') return undefined
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(program)') return 'native code outside functions'
  if (url.startsWith('node:internal/deps/undici')) return 'undici of Node (the platform’s fetch)'
  if (url.startsWith('node:')) return 'Node'
  if (url === '') return 'builtins of V8'
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(url)?.[1]
  if (installed !== undefined) return installed
  const own = /\/packages\/([\w-]+)\/(?:dist|src)\//u.exec(url)?.[1]
  if (own !== undefined) return `@plimsoll/${own}`
  return 'the program that calls'
}
