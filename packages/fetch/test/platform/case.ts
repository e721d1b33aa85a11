/** One thing that a program can see of fetch, as a plain value. */
export interface PlatformCase {
  readonly name: string
  run(fetch: typeof globalThis.fetch, base: string): Promise<unknown>
}

/** An error as a program sees it: what it is, what it says, and what caused it. */
export async function failure(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await work() }
  } catch (error) {
    return described(error)
  }
}

export function described(error: unknown): unknown {
  if (!(error instanceof Error)) return { thrown: error }
  const { name, message, cause } = error
  const code = 'code' in error ? error.code : undefined
  const causeCode = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return {
    name,
    // Ports and connection ids differ from run to run.
    message: message.replaceAll(/127\.0\.0\.1:\d+/gu, 'HOST'),
    code,
    kind: error instanceof TypeError ? 'TypeError' : error.constructor.name,
    members: Object.keys(error),
    cause: cause instanceof Error ? { name: cause.name, code: causeCode } : typeof cause,
  }
}

export async function json(response: Response): Promise<unknown> {
  return (await response.json()) as unknown
}

let ids = 0

/** What the origin knows a request by. */
export function newId(): string {
  return `${process.pid}-${ids++}`
}

/** A case of that name. */
export function at(name: string, run: PlatformCase['run']): PlatformCase {
  return { name, run }
}

/** Fields that an HTTP server adds of its own. */
const OF_THE_SERVER = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding'])

/** All that a response shows, its body read as text. */
export async function shown(answer: Response | Promise<Response>): Promise<unknown> {
  const response = await answer
  const { status, statusText, ok, redirected, type, bodyUsed, body, headers } = response
  const url = response.url === '' ? undefined : new URL(response.url)
  return {
    status,
    statusText,
    ok,
    redirected,
    type,
    bodyUsed,
    url: url && url.pathname + url.hash,
    body: body === null ? null : Object.prototype.toString.call(body),
    headers: [...headers].filter(([name]) => !OF_THE_SERVER.has(name)),
    text: await failure(() => response.text()),
    used: response.bodyUsed,
  }
}

/** Lets the server answer with exactly these bytes; by POST, which nobody sends a second time. */
export function raw(
  fetch: typeof globalThis.fetch,
  base: string,
  bytes: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const body = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
  return fetch(`${base}/raw`, { method: 'POST', body })
}
