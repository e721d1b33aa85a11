import type { ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { AtEnd } from './program.ts'
import type { MetricsLine } from './run-files.ts'
import { startOrigin, type Origin } from './origin.ts'

export interface Received {
  readonly path: string
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: Buffer
}

export interface TestCollector extends Origin {
  /** Requests that came in whole, in their order. */
  readonly received: Received[]
}

/** A collector that keeps what it gets. `answer` may take its place in answering. */
export async function startCollector(
  answer: (response: ServerResponse, received: readonly Received[]) => void = (response) =>
    response.end(),
  atEnd?: AtEnd,
): Promise<TestCollector> {
  const received: Received[] = []
  const origin = await startOrigin((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
      })
      answer(response, received)
    })
  }, atEnd)
  return { ...origin, received }
}

/** The metrics that came last, sent as JSON. */
export function lastMetrics(received: readonly Received[], path = '/v1/metrics'): MetricsLine {
  const last = received.findLast((request) => request.path === path)
  return JSON.parse(last?.body.toString() ?? '{"resourceMetrics": []}') as MetricsLine
}

/** How often `text` stands in requests to `path`. */
export function occurrences(received: readonly Received[], path: string, text: string): number {
  return received
    .filter((request) => request.path === path)
    .map(({ body }) => body.toString().split(text).length - 1)
    .reduce((sum, count) => sum + count, 0)
}
