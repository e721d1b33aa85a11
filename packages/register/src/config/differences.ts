import { isDeepStrictEqual } from 'node:util'
import type { ChangeableOptions } from '@plimsoll/fetch'
import type { Config } from './config.ts'

const CHANGEABLE = ['defaults', 'hosts', 'profiles'] as const

/** What of a configuration can change while the program runs; undefined where it has no policies. */
export function changeableOf({ fetch }: Config): ChangeableOptions | undefined {
  if (fetch === undefined) return undefined
  const { defaults = {}, hosts = {}, profiles = {} } = fetch
  return { defaults, hosts, profiles }
}

/** The keys that are another than when the program started, and that only a new start can take on. */
export function fixedDifferences(started: Config, now: Config): readonly string[] {
  if ((started.fetch === undefined) !== (now.fetch === undefined)) {
    return ['fetch', ...differing(plain(started), plain(now))]
  }
  return differing(
    { ...plain(started), fetch: fixed(started) },
    { ...plain(now), fetch: fixed(now) },
  )
}

type Sections = Readonly<Record<string, object>>

function plain({ service, observe, metrics, files }: Config): Sections {
  return { service, observe, metrics, files }
}

function fixed({ fetch = {} }: Config): object {
  const keys = Object.entries(fetch).filter(([key]) => !CHANGEABLE.some((name) => name === key))
  return Object.fromEntries(keys)
}

function differing(left: Sections, right: Sections): string[] {
  return Object.keys(left).flatMap((section) => {
    const [before, after] = [left[section] ?? {}, right[section] ?? {}]
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys
      .filter((key) => !isDeepStrictEqual(valueOf(before, key), valueOf(after, key)))
      .map((key) => `${section}.${key}`)
  })
}

function valueOf(section: object, key: string): unknown {
  return (section as Readonly<Record<string, unknown>>)[key]
}
