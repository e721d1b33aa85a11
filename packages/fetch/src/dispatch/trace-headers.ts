import type { Dispatcher } from 'undici'

/** The request with the fields by which its trace goes on; what the program itself set stays. */
export function withHeaders<Options extends Dispatcher.DispatchOptions>(
  options: Options,
  extra: { readonly [name: string]: string },
): Options {
  const names = Object.keys(extra)
  if (names.length === 0) return options
  const own = options.headers
  if (Array.isArray(own)) return { ...options, headers: [...own, ...Object.entries(extra).flat()] }
  const given = (own ?? {}) as { readonly [name: string]: string }
  const taken = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  const added = Object.entries(extra).filter(([name]) => !taken.has(name.toLowerCase()))
  return { ...options, headers: { ...given, ...Object.fromEntries(added) } }
}
