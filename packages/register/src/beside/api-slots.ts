import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'
import { trace } from '@opentelemetry/api'
import { parsedObject } from '../parsed-object.ts'

/** What the copies of the API share: one object, with one registration for each slot. Its key is part of their contract. */
const API = Symbol.for('opentelemetry.js.api.1')
/** SDK 2 registers its logs apart, as a function of the version that is asked for. */
const OLD_LOGS = Symbol.for('io.opentelemetry.js.api.logs')
const OLD_LOGS_VERSION = 1

const SLOTS = ['metrics', 'trace', 'logs', 'context', 'propagation'] as const
export type Slot = (typeof SLOTS)[number]

const holder = globalThis as {
  [API]?: { [name: string]: unknown }
  [OLD_LOGS]?: (version: number) => unknown
}

/** Hears what an SDK has registered, and where; `oldLogs` is beside the API. */
export type Taken = (slot: Slot | 'oldLogs', provider: unknown) => void

/** What is registered for a slot now, by whatever version of the API. */
export function registered(slot: Slot): unknown {
  return holder[API]?.[slot]
}

/** The logger provider of an SDK 2, if there is one. */
export function oldLogs(): unknown {
  return holder[OLD_LOGS]?.(OLD_LOGS_VERSION)
}

/** Whether an older API was here first: what it made takes no registration of ours. */
export function isOlderApi(): boolean {
  const shared = holder[API]
  return shared !== undefined && isWritable(shared)
}

/**
 * Has our copy of the API read what an older one registered. Ours refuses an older version, but looks at it once for each
 * object, and what older ones made can be written.
 */
export function reachOlderApi(): void {
  const shared = holder[API]
  if (shared === undefined || !isWritable(shared)) return
  const { version } = shared
  shared['version'] = READ_BY_ALL
  trace.getTracerProvider()
  shared['version'] = version
}

const READ_BY_ALL = '1.999.0'

/** API 1.10 made the version of its object one that stays. */
function isWritable(shared: object): boolean {
  return Object.getOwnPropertyDescriptor(shared, 'version')?.writable === true
}

/**
 * Lets an SDK that starts later have its place as if nobody had been here: the API would refuse it, because it gives a
 * slot once. Until then everyone reads what stands in `ours`. `taken` hears of each slot that an SDK takes.
 *
 * A copy of the API that registers writes the shared object back before it looks whether the slot is free and whether the
 * versions are equal; one that reads does not. So that write shows whose the next looks are.
 */
export function giveWay(ours: ReadonlySet<Slot>, taken: Taken): void {
  const found = holder[API]
  if (found === undefined) return
  // What an older copy made has to stay the object that ours has looked at; in a newer one the version stands fast.
  const shared = isWritable(found) ? found : { ...found }
  const { version } = shared
  let registering: string | undefined
  for (const slot of SLOTS) {
    const own = ours.has(slot) ? shared[slot] : undefined
    if (own === undefined && shared[slot] !== undefined) continue
    const read = (): unknown => (registering === undefined ? own : undefined)
    giveWayAt(shared, slot, own !== undefined, read, (value) => taken(slot, value))
  }
  Object.defineProperty(shared, 'version', {
    get: () => {
      const asked = registering
      registering = undefined
      return asked ?? version
    },
    enumerable: true,
    configurable: true,
  })
  Object.defineProperty(globalThis, API, {
    get: () => shared,
    set: () => {
      registering = registrant() ?? String(version)
      // One that is refused does not look at the version.
      queueMicrotask(() => {
        registering = undefined
      })
    },
    enumerable: true,
    configurable: true,
  })
  if (holder[OLD_LOGS] === undefined) {
    giveWayAt(
      globalThis,
      OLD_LOGS,
      false,
      () => undefined,
      () => taken('oldLogs', oldLogs()),
    )
  }
}

/** A member that shows what `read` gives until somebody writes it; from then on it is an ordinary one. */
function giveWayAt(
  target: object,
  key: string | symbol,
  enumerable: boolean,
  read: () => unknown,
  taken: (value: unknown) => void,
): void {
  Object.defineProperty(target, key, {
    get: read,
    set: (value: unknown) => {
      const plain = { value, writable: true, enumerable: true, configurable: true }
      Object.defineProperty(target, key, plain)
      taken(value)
    },
    enumerable,
    configurable: true,
  })
}

/** The version of the copy of the API that is registering: that of the package of whoever called us. */
function registrant(): string | undefined {
  const [own, ...callers] = getCallSites(10).map(({ scriptName }) => scriptName)
  const caller = callers.find((name) => name !== own && name !== '')
  if (caller === undefined || caller.startsWith('node:')) return undefined
  let folder = dirname(caller.startsWith('file:') ? fileURLToPath(caller) : caller)
  while (dirname(folder) !== folder) {
    const { name, version } = manifestIn(folder)
    // A manifest without a name only says which kind of modules lies below it.
    if (name === '@opentelemetry/api' && typeof version === 'string') return version
    if (name !== undefined) return undefined
    folder = dirname(folder)
  }
  return undefined
}

function manifestIn(folder: string): { readonly [key: string]: unknown } {
  try {
    return parsedObject(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))) ?? {}
  } catch {
    // None here, or none to be read: the folder above has it.
    return {}
  }
}
