import { Worker } from 'node:worker_threads'
import { inWords, type Messages } from '../messages.ts'
import { sibling } from '../sibling.ts'
import type { PrometheusSettings } from './settings.ts'

/** What the thread is started with. */
export interface ServerData extends PrometheusSettings {
  readonly plimsollPrometheus: true
}

/** From the thread that serves. */
export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly code: string }

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use; OTEL_EXPORTER_PROMETHEUS_PORT gives this process another, 0 a free one',
  EACCES: 'may not be used; set OTEL_EXPORTER_PROMETHEUS_PORT to one above 1023',
  EADDRNOTAVAIL: 'is no address of this machine; set OTEL_EXPORTER_PROMETHEUS_HOST to one',
  ENOTFOUND: 'has no address; set OTEL_EXPORTER_PROMETHEUS_HOST to one of this machine',
}

/**
 * Serves what the threads of this process offer at `/metrics`, from a thread of its own, which keeps no process alive.
 * Where it listens, or why it cannot, is told; the program goes on either way.
 */
export function serveMetrics({ host, port }: PrometheusSettings, messages: Messages): Worker {
  const workerData: ServerData = { plimsollPrometheus: true, host, port }
  const thread = new Worker(sibling('server-thread', import.meta.url), {
    workerData,
    name: 'plimsoll-prometheus',
    // Neither the preload nor other flags of the program: the thread is ours.
    execArgv: [],
    env: {},
    stdout: true,
  })
  const shown = host.includes(':') ? `[${host}]` : host
  thread.on('message', (message: FromServer) => {
    if (message.kind === 'listening') {
      messages.info(`metrics are served on http://${shown}:${message.port}/metrics`)
    } else {
      messages.error(
        `metrics are not served: ${shown}:${port} ${WHY[message.code] ?? `cannot be used (${message.code})`}`,
      )
    }
  })
  thread.on('error', (error) => messages.error(`metrics are not served: ${inWords(error)}`))
  // After the listeners, for one that comes later would hold the process.
  thread.unref()
  return thread
}
