import type { IncomingMessage, ServerResponse } from 'node:http'
import { CONTENT_TYPES, negotiate } from './accept.ts'
import { heldSource } from './held-source.ts'
import { textOf } from './text.ts'

/**
 * A handler for a server of the program's own (`node:http`, Express, Connect), which answers with the metrics of this thread,
 * in the text format of Prometheus or in OpenMetrics, as the request accepts. 503 where the preload is not loaded. Workers
 * and other processes are not in it.
 */
export function metricsHandler(): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const source = heldSource()
    if (source === undefined) {
      response
        .writeHead(503, { 'content-type': 'text/plain' })
        .end('no metrics: start the program with `node -r @plimsoll/register`\n')
      return
    }
    const exposition = negotiate(request.headers.accept)
    response
      .writeHead(200, { 'content-type': CONTENT_TYPES[exposition], vary: 'accept' })
      .end(textOf([source(exposition)], exposition))
  }
}
