import { isDeepStrictEqual } from 'node:util'
import type { Client } from '@plimsoll/fetch'
import type { ConfigReloadRecord } from '@plimsoll/policies'
import { inWords, type Messages } from '../messages.ts'
import type { Config } from './config.ts'
import { changeableOf, fixedDifferences } from './differences.ts'
import type { Read } from './load.ts'

export interface ReloadOptions {
  /** The file as messages name it. */
  readonly shown: string
  /** What the program started with; undefined where that was not valid. */
  readonly started: Config | undefined
  /** Absent where the program runs observed only. */
  readonly client: Pick<Client, 'update'> | undefined
  readonly read: () => Read
  readonly record: (record: ConfigReloadRecord) => void
  readonly messages: Messages
}

/** Takes on a configuration that was changed: all of what can change while the program runs, or nothing. */
export function createReload(options: ReloadOptions): () => void {
  const { shown, started, client, read, record, messages } = options
  let current = started === undefined ? undefined : changeableOf(started)

  const reject = (problems: readonly string[]): void => {
    for (const problem of problems) messages.error(problem)
    messages.error(`${shown} was changed and is not applied: what held before goes on`)
    // What was found at the place may be a secret that slipped in.
    const problem = problems[0]?.replace(/, got .*$/su, '')
    record({ kind: 'config_reload', result: 'rejected', changedHosts: 0, problem })
  }
  /** The hosts that changed; undefined where the policies are the same as before. */
  const apply = (config: Config): number | undefined => {
    const next = changeableOf(config)
    if (client === undefined || next === undefined || isDeepStrictEqual(current, next)) {
      return undefined
    }
    const changedHosts = client.update(next)
    current = next
    return changedHosts
  }
  return () => {
    const loaded = read()
    if (loaded.kind === 'invalid') return reject(loaded.problems)
    const { config } = loaded
    let changedHosts: number | undefined
    try {
      changedHosts = apply(config)
    } catch (error) {
      return reject([`${shown}: ${inWords(error)}`])
    }
    const left = started === undefined ? ['fetch'] : fixedDifferences(started, config)
    if (changedHosts !== undefined) {
      record({ kind: 'config_reload', result: 'applied', changedHosts })
      messages.info(`${shown} was changed and is applied: ${inHosts(changedHosts)}`)
    }
    if (left.length > 0) {
      messages.warn(
        `${shown} was changed: ${left.join(', ')} will hold when the program starts again`,
      )
    }
  }
}

function inHosts(count: number): string {
  if (count === 0) return 'no host that was asked is under other policies'
  return `${count} ${count === 1 ? 'host that was asked is' : 'hosts that were asked are'} under other policies`
}
