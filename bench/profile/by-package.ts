/** What is read of a profile in the format of Chrome's DevTools (`.cpuprofile`). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  readonly samples: readonly number[]
  /** Microseconds from the sample before to each. */
  readonly timeDeltas: readonly number[]
}

export interface Share {
  readonly name: string
  readonly micros: number
}

/** Self time by package, the largest first. What no code ran in is left out. */
export function byPackage({ nodes, samples, timeDeltas }: CpuProfile): readonly Share[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, packageOf(callFrame)]))
  const micros = new Map<string, number>()
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample)
    if (name === undefined) continue
    micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  }
  return [...micros]
    .map(([name, micros]) => ({ name, micros }))
    .toSorted((a, b) => b.micros - a.micros)
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
