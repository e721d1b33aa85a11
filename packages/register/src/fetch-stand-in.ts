import { processRecorder } from '@plimsoll/policies'
export interface FetchOptions {
  readonly retry?: unknown
}
export function installUrlHashKey(_key: Uint8Array): void {}
export function validateFetchOptions(
  _options: unknown,
  _path: readonly (string | number)[] = [],
): asserts _options is FetchOptions {}
export function observeFetch(original: typeof globalThis.fetch): typeof globalThis.fetch {
  return async function fetch(input: string | URL | Request, init?: RequestInit) {
    const started = performance.now()
    processRecorder.record({ kind: 'call_start' })
    const response = await original(input, init)
    const url = new URL(response.url)
    processRecorder.record({
      kind: 'call',
      subject: { address: url.hostname, port: Number(url.port) },
      method: init?.method ?? 'GET',
      status: response.status,
      retryCount: 0,
      retryDelayS: 0,
      rateDelayS: 0,
      durationS: (performance.now() - started) / 1000,
    })
    return response
  }
}
export function createFetch(
  options: FetchOptions & { fetch: typeof globalThis.fetch },
): typeof globalThis.fetch {
  return observeFetch(options.fetch)
}
