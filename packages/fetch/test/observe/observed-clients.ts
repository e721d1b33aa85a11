import { once } from 'node:events'
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach } from 'vitest'
import { observeClients } from '../../src/index.ts'
import { ok, startOrigin, type Origin } from '../origin.ts'

// A process observes its clients once and for good: the tests of a file share that, and have the rest for themselves.

/** Answers `/a` as long as a test runs. */
export let origin: Origin
/** What is told of all clients while a test runs. */
export let recorder: MemoryRecorder

observeClients({ recorder: { record: (record) => recorder.record(record) } })

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

/** A request of `node:http` to `/a`, not sent yet. */
export function get(options: RequestOptions = {}): ClientRequest {
  return httpRequest(`${origin.base}/a?secret=1`, options)
}

/** What `node:http` answers to one request, its body read. */
export async function answer(sent: ClientRequest): Promise<IncomingMessage> {
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}

/** Each record by its kind, and for calls and attempts by how they ended. */
export function told(): string[] {
  return recorder.records.map((record) =>
    record.kind === 'call' || record.kind === 'attempt'
      ? `${record.kind} ${record.method} ${record.status ?? record.errorType}`
      : record.kind,
  )
}
