import type { Engine } from '@plimsoll/promql'
import { createApi } from '../server/api.ts'
import { prometheusSource } from '../source/prometheus.ts'
import { prometheusWindow } from '../source/prometheus-window.ts'
import type { Waiting } from '../source/run-search.ts'
import type { Source } from '../source/source.ts'
import { usage, type CheckArguments } from './check-arguments.ts'
import { readCredentials } from './credentials.ts'
import type { ServerArguments } from './server-arguments.ts'
import type { Terminal } from './terminal.ts'

const RUN_VARIABLE = 'PLIMSOLL_RUN_ID'

/** Opens the run that is asked for on a server; without `--run`, the one that the environment names. */
export async function openServer(
  asked: CheckArguments,
  server: ServerArguments,
  engine: Promise<Engine>,
  terminal: Terminal,
): Promise<Source> {
  const { env, clock } = terminal
  const credentials = readCredentials(server, env, usage)
  const { address, timeoutMs, waitMs, lookbackSeconds } = server
  const random = (): number => terminal.random()
  const api = createApi({ address, credentials, timeoutMs, clock, random })
  const inClear = credentials.named !== null && !address.isEncrypted && !address.isLocal
  if (inClear)
    terminal.err(
      `warning: the credentials (${credentials.named}) are sent unencrypted: ask ${address.base} by https://\n`,
    )
  const progress = terminal.isErrTty ? progressOn(terminal) : undefined
  try {
    if (asked.windowSeconds !== null) {
      const window = { seconds: asked.windowSeconds, at: asked.at }
      return await prometheusWindow({ api, engine, window, clock })
    }
    return await prometheusSource({
      api,
      engine,
      wantedRun: asked.choice.run ?? (env[RUN_VARIABLE] || null),
      at: asked.at,
      lookbackSeconds,
      waitMs,
      clock,
      onWait: progress?.show,
    })
  } catch (error) {
    api[Symbol.dispose]()
    throw error
  } finally {
    progress?.clear()
  }
}

/** One line that is written over. */
function progressOn(terminal: Terminal): { show: (waiting: Waiting) => void; clear: () => void } {
  let shown = false
  return {
    show: ({ what, waitedMs, waitMs }) => {
      shown = true
      const left = Math.ceil((waitMs - waitedMs) / 1000)
      terminal.err(`\r\u001B[Kwaiting for ${what}, ${left} s more`)
    },
    clear: () => {
      if (shown) terminal.err('\r\u001B[K')
    },
  }
}
