import { setInterval } from 'node:timers'
import type { Client } from '@plimsoll/fetch'
import { validateFetchOptions } from '@plimsoll/fetch'
import type { Recorder } from '@plimsoll/policies'
import type { Guard } from '../guard.ts'
import type { Messages } from '../messages.ts'
import type { Settings } from '../settings.ts'
import { readConfig, shownPath, stampOf } from './load.ts'
import { createReload } from './reload.ts'
import { createWatch } from './watch.ts'

export interface Watching {
  readonly settings: Settings
  /** Absent where the program runs observed only. */
  readonly client: Client | undefined
  readonly recorder: Recorder
  readonly messages: Messages
  readonly guard: Guard
}

const SILENT: Messages = { info: () => {}, warn: () => {}, error: () => {} }

/** Looks at the configuration from now on, where there is one. Each process and worker looks for itself; one of them tells. */
export function startWatch({ settings, client, recorder, messages, guard }: Watching): void {
  const { configSource: source, config, configIsValid, reloadMs, toldByParent } = settings
  if (source === undefined || reloadMs === 0) return
  const { file, folder, named } = source
  const reload = createReload({
    shown: shownPath(folder, file),
    started: configIsValid ? config : undefined,
    client,
    read: () => readConfig(folder, file, named, validateFetchOptions),
    record: (record) => recorder.record(record),
    messages: toldByParent ? SILENT : messages,
  })
  const watch = createWatch(source.stamp, () => stampOf(file), reload)
  const look = (): void => guard('while it looked at the configuration', () => watch.look())
  // It keeps no process alive.
  setInterval(look, reloadMs).unref()
}
