import type { TraceHeaders } from '@plimsoll/telemetry'
import type { Dispatcher } from 'undici'
import { listedFields, type Headers } from './options.ts'

/** The request with the fields by which its trace goes on; what the program itself set stays. */
export function withHeaders<Options extends Dispatcher.DispatchOptions>(
  options: Options,
  extra: TraceHeaders | undefined,
): Options {
  if (extra === undefined) return options
  const own = options.headers ?? {}
  // What is no headers undici refuses, in its words.
  if (typeof own !== 'object') return options
  const list = listedFields(own)
  const given = list === undefined ? Object.keys(own) : list.filter((_, at) => at % 2 === 0)
  const taken = new Set(given.map((name) => String(name).toLowerCase()))
  const added = Object.entries(extra).filter(([name]) => !taken.has(name.toLowerCase()))
  const headers =
    list === undefined
      ? { ...(own as Headers), ...Object.fromEntries(added) }
      : [...list, ...added.flat()]
  return { ...options, headers: headers as Options['headers'] }
}
