import type { IncomingMessage, ServerResponse } from 'node:http'

/** What of a request the program decides; the rest is the HTTP client's own. */
const SHOWN = [
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'cookie',
  'proxy-authorization',
  'transfer-encoding',
  'x-own',
]

/** Says what was asked. */
export async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => SHOWN.includes(name))
      .map(([name, value]) => [name, withoutBoundary(String(value))]),
  )
  const body = withoutBoundary((await received(request)).toString())
  sendJson(response, {
    method: request.method,
    url: request.url,
    headers,
    body,
    names: Object.keys(request.headers).sort(),
  })
}

export async function received(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

function withoutBoundary(text: string): string {
  return text.replaceAll(/-+formdata-undici-\d+/gu, 'BOUNDARY')
}
